// The status bar of every page: clock, age of the data, connection, and the push of new versions.
// It lives on the page's own clock, so that a page whose server died says so by itself.
//
// data: { version, base, now, wall, problem, feeds: [{label, at, late, stale, fact, fact_late, fact_stale}], words }
// Times are seconds since 1970. It tells Python { v: version, t: topics } through the trigger "version".

const BEAT_SECONDS = 2.5;      // the server speaks at least this often
const LOST_SECONDS = 8;        // silence after which the server counts as lost
const ACKNOWLEDGE_SECONDS = 15; // a requested redraw that has not come by then may be asked for again
const POLL_SECONDS = 5;        // pace of asking for the version where the event stream is blocked
const STREAM_PATIENCE_SECONDS = 4;

const boxes = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let box = boxes.get(parentElement);
  if (!box) {
    box = new Box(parentElement, data);
    boxes.set(parentElement, box);
  }
  box.update(data, setTriggerValue);
  return () => { box.stop(); boxes.delete(parentElement); };
}

const seconds = () => performance.now() / 1000;
const STATES = ["fresh", "late", "stale"];
const state = (age, late, stale) => (age > stale ? "stale" : age > late ? "late" : "fresh");

class Box {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.heardAt = seconds();
    this.openedAt = seconds();
    this.firedAt = -Infinity;
    this.asked = null;
    this.topics = new Set();
    this.tabs = 1;
    this.offset = 0;
    this.lostSince = null;
    this.onVisible = () => this.seen();
    document.addEventListener("visibilitychange", this.onVisible);
    this.open();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  stop() {
    clearInterval(this.timer);
    clearTimeout(this.waiting);
    document.removeEventListener("visibilitychange", this.onVisible);
    if (this.source) this.source.close();
  }

  update(data, tell) {
    if (data.now !== this.data.now || !this.measured) {
      this.offset = data.now - Date.now() / 1000;
      this.measured = true;
    }
    this.tell = tell;
    this.data = data;
    if (this.asked && this.asked.v !== undefined) this.asked = null;
    this.draw();
    if (this.topics.size) this.plan();
  }

  open() {
    if (this.source) this.source.close();
    this.source = new EventSource(this.data.base + "/posko/events");
    this.source.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.streams = false;
    this.openedAt = seconds();
  }

  hear(message) {
    this.streams = true;
    this.alive(message);
    if (message.t.length && message.v !== this.data.version) this.want(message);
  }

  alive(message) {
    this.heardAt = seconds();
    this.tabs = message.n;
    if (this.lostSince !== null) { this.lostSince = null; this.draw(); }
  }

  want(message) {
    for (const topic of message.t) this.topics.add(topic);
    this.latest = message.v;
    this.plan();
  }

  // A wall redraws at once. Other tabs spread, the more of them the wider: about ten redraws a second in all.
  plan() {
    if (this.waiting || document.hidden) return;
    const busy = this.asked ? this.asked.at + ACKNOWLEDGE_SECONDS : 0;
    const spread = this.data.wall ? 0 : Math.random() * Math.min(3, 0.03 * (this.tabs - 1));
    const pace = this.data.wall ? 0.5 : Math.max(0.5, 0.1 * this.tabs);
    const at = Math.max(seconds() + spread, this.firedAt + pace, busy);
    this.waiting = setTimeout(() => this.fire(), Math.max(0, at - seconds()) * 1000);
  }

  fire() {
    this.waiting = null;
    if (!this.topics.size || !this.tell) return;
    const message = { v: this.latest, t: [...this.topics].sort() };
    this.topics.clear();
    this.firedAt = seconds();
    this.asked = { v: message.v, at: seconds() };
    this.tell("version", message);
  }

  // A browser opens six connections to a host: only tabs that are looked at hold one for the stream.
  seen() {
    if (document.hidden) { this.source.close(); return; }
    this.heardAt = seconds();
    this.open();
    if (this.topics.size) this.plan();
  }

  tick() {
    if (document.hidden) return;
    const quiet = seconds() - this.heardAt;
    if (quiet > BEAT_SECONDS * 1.5 && !this.polling) this.poll();
    if (this.source.readyState === 2 && seconds() - this.openedAt > STREAM_PATIENCE_SECONDS) this.open();
    if (quiet > LOST_SECONDS && this.lostSince === null) this.lostSince = this.heardAt;
    this.drawClock();
    this.drawAges();
    this.drawBanner();
  }

  async poll() {
    this.polling = true;
    try {
      const answer = await fetch(this.data.base + "/posko/version", { cache: "no-store", signal: AbortSignal.timeout(3000) });
      if (answer.ok) {
        const message = await answer.json();
        this.alive(message);
        if (message.v !== this.data.version && message.v !== this.latest) this.want({ ...message, t: ["*"] });
      }
    } catch { /* silence is what `tick` looks at */ }
    setTimeout(() => { this.polling = false; }, (this.streams ? 1 : POLL_SECONDS / 2) * 1000);
  }

  now() { return Date.now() / 1000 + this.offset; }

  draw() {
    const badge = this.root.querySelector(".simulated");
    set(badge, this.data.simulated || "");
    badge.hidden = !this.data.simulated;
    this.drawClock();
    this.drawAges();
    this.drawBanner();
  }

  // One line: the fresh feeds are counted, each late or stale one is named with its age; a click shows all of them.
  drawAges() {
    const words = this.data.words;
    const feeds = this.data.feeds.map((feed) => {
      if (feed.at === null) return { ...feed, state: "never", text: words.never };
      const age = Math.max(0, this.now() - feed.at);
      const old = feed.fact === null ? 0 : Math.max(0, this.now() - feed.fact);
      const silent = state(age, feed.late, feed.stale), bloodless = state(old, feed.fact_late, feed.fact_stale);
      const worst = STATES.indexOf(silent) >= STATES.indexOf(bloodless) ? { state: silent, age } : { state: bloodless, age: old };
      return { ...feed, ...worst, text: this.age(worst.age) + (worst.state === "fresh" ? "" : " · " + words[worst.state]) };
    });
    const fresh = feeds.filter((feed) => feed.state === "fresh");
    const lines = [];
    if (fresh.length) {
      const newest = Math.min(...fresh.map((feed) => feed.age));
      const known = feeds.filter((feed) => feed.state !== "never").length;
      const count = words.counted.replace("{n}", fresh.length).replace("{of}", known);
      lines.push({ state: "fresh", label: count, text: words.newest.replace("{age}", this.age(newest)) });
    }
    lines.push(...feeds.filter((feed) => feed.state === "late" || feed.state === "stale"));
    if (feeds.length && !fresh.length && lines.length === 0) lines.push({ state: "never", label: words.never, text: "" });
    list(this.root.querySelector("summary"), lines);
    list(this.root.querySelector(".all"), feeds);
  }

  age(value) {
    const units = this.data.words.units;
    const steps = [[60, 1, units[0]], [3600, 60, units[1]], [172800, 3600, units[2]], [Infinity, 86400, units[3]]];
    const [, size, unit] = steps.find(([until]) => value < until);
    return Math.floor(value / size) + "\u00a0" + unit;
  }

  drawClock() {
    const marks = this.data.words.clock;
    ["WIB", "WITA", "WIT"].forEach((zone, place) => {
      const at = new Date((this.now() + (7 + place) * 3600) * 1000).toISOString();
      const text = (place ? at.slice(11, 16) : at.slice(11, 19)).replaceAll(":", marks);
      set(this.root.querySelector("." + zone), text);
    });
  }

  drawBanner() {
    const banner = this.root.querySelector(".banner");
    const words = this.data.words;
    let text = this.data.problem || "", age = "";
    if (this.lostSince !== null) {
      const at = new Date(Date.now() - (seconds() - this.lostSince) * 1000 + this.offset * 1000 + 25200000).toISOString();
      text = words.lost.replace("{at}", at.slice(11, 19).replaceAll(":", words.clock));
      age = this.age(seconds() - this.lostSince);
    }
    banner.hidden = !text;
    banner.classList.toggle("dead", this.lostSince !== null && seconds() - this.lostSince > 60);
    set(banner.children[1], text);
    set(banner.children[2], age); // apart from the text, so that a screen reader is not told every second
  }
}

// Bring the children of a node in line with a list of {state, label, text}, touching only what differs.
function list(node, lines) {
  while (node.children.length > lines.length) node.lastChild.remove();
  while (node.children.length < lines.length) {
    const item = document.createElement("span");
    item.append(document.createElement("i"), document.createElement("b"), document.createElement("em"));
    node.append(item);
  }
  lines.forEach((line, place) => {
    const item = node.children[place];
    if (item.className !== line.state) item.className = line.state;
    set(item.children[1], line.label);
    set(item.children[2], line.text);
  });
}

function set(node, text) { if (node.textContent !== text) node.textContent = text; }
