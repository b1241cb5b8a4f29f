// The countdown of open requests: minutes left by the room's clock, silent until 45, amber to 60, red after.
// It ticks by itself; nothing of the page runs again for it.
//
// data: { now, live, empty, rows: [{key, due, left, cells, href}], words }
// `due`: seconds since 1970 at which the hour is over; null for a clock that stands still, whose `left` (seconds) stays.

const NEARING_SECONDS = 900;
const boxes = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  let box = boxes.get(parentElement);
  if (!box) {
    box = new Countdown(parentElement);
    boxes.set(parentElement, box);
  }
  box.update(data);
  return () => { box.stop(); boxes.delete(parentElement); };
}

class Countdown {
  constructor(root) {
    this.root = root;
    this.lines = new Map();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  stop() { clearInterval(this.timer); }

  update(data) {
    if (!this.data || data.now !== this.data.now) this.offset = data.now - Date.now() / 1000;
    this.data = data;
    this.head();
    this.body();
    this.tick();
  }

  head() {
    const row = this.root.querySelector("thead tr");
    while (row.children.length > this.data.words.columns.length) row.lastChild.remove();
    while (row.children.length < this.data.words.columns.length) {
      const cell = document.createElement("th");
      cell.scope = "col";
      row.append(cell);
    }
    this.data.words.columns.forEach((word, place) => set(row.children[place], word));
    this.root.querySelector("table").setAttribute("aria-label", this.data.words.alt);
    this.root.querySelector("table").hidden = !this.data.rows.length;
    const empty = this.root.querySelector(".empty");
    set(empty, this.data.rows.length ? "" : this.data.empty);
  }

  // Rows keep their place and their element while their request stays, so that focus and selection survive a redraw.
  body() {
    const table = this.root.querySelector("tbody");
    const wanted = new Set(this.data.rows.map((row) => row.key));
    for (const [key, line] of this.lines) if (!wanted.has(key)) { line.remove(); this.lines.delete(key); }
    this.data.rows.forEach((row, place) => {
      let line = this.lines.get(row.key);
      if (!line) {
        line = document.createElement("tr");
        for (let n = 0; n < row.cells.length + 2; n += 1) line.append(document.createElement("td"));
        line.children[1].append(document.createElement("i"), document.createElement("span"));
        line.lastChild.append(document.createElement("a"));
        this.lines.set(row.key, line);
      }
      if (table.children[place] !== line) table.insertBefore(line, table.children[place] || null);
      row.cells.slice(0, -1).forEach((text, n) => set(line.children[n + 2], text));
      const link = line.lastChild.firstChild;
      set(link, row.cells[row.cells.length - 1]);
      if (link.getAttribute("href") !== row.href) link.setAttribute("href", row.href);
    });
  }

  tick() {
    const { rows, words, live, now } = this.data;
    const at = live ? Date.now() / 1000 + this.offset : now;
    for (const row of rows) {
      const line = this.lines.get(row.key);
      const left = row.due === null ? row.left : row.due - at;
      const state = left < 0 ? "breached" : left < NEARING_SECONDS ? "nearing" : "calm";
      if (line.className !== state) line.className = state;
      set(line.children[0], this.left(left));
      const [mark, ...word] = (row.due === null ? words.stopped : words[state]).split(" ");
      set(line.children[1].firstChild, mark);
      set(line.children[1].lastChild, " " + word.join(" "));
    }
  }

  // "8 m 05 s"; past the hour it counts up behind a plus sign.
  left(seconds) {
    const whole = Math.floor(Math.abs(seconds));
    const [minute, second] = this.data.words.units;
    const text = `${Math.floor(whole / 60)}\u00a0${minute} ${String(whole % 60).padStart(2, "0")}\u00a0${second}`;
    return seconds < 0 ? "+" + text : text;
  }
}

function set(node, text) { if (node.textContent !== text) node.textContent = text; }
