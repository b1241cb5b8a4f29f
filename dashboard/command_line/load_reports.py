"""What a load did, for people."""

from rich.table import Table

from dashboard.command_line.consoles import results, say, thousands
from data.loaders import Counts, Summary

MOST_REASONS = 8
MOST_WORDS = 4


def report(summary: Summary) -> None:
    """Print the summary of one load."""
    tense = "would be" if summary.is_dry_run else "is"
    say(f"{summary.name}: {thousands(summary.n_read)} rows read, format {summary.format}, {summary.seconds:.1f} s")
    results.print(_table(summary))
    for note in summary.notes:
        say(f"  · {note}")
    _unknowns(summary)
    _reasons(summary)
    if summary.is_dry_run:
        say(f"  Dry run: this {tense} the outcome; nothing was changed.")


def _table(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("", "new", "updated", "unchanged", "rejected"):
        table.add_column(name, justify="right" if name else "left")
    table.add_row("  rows of the file", *_cells(summary.rows), thousands(summary.n_rejected))
    for name, counts in sorted(summary.tables.items()):
        table.add_row(f"  {name}", *_cells(counts), "", style="dim")
    return table


def _cells(counts: Counts) -> tuple[str, str, str]:
    return thousands(counts.new), thousands(counts.updated), thousands(counts.unchanged)


def _unknowns(summary: Summary) -> None:
    for name, count in summary.unknowns.rows.most_common():
        words = summary.unknowns.words.get(name)
        examples = ", ".join(f"'{word}' ({many})" for word, many in words.most_common(MOST_WORDS)) if words else ""
        say(f"  · unknown {name}: {thousands(count)} rows{': ' + examples if examples else ''}")
    for sentence, count in summary.unknowns.odd.most_common():
        say(f"  · {thousands(count)} rows: {sentence}")


def _reasons(summary: Summary) -> None:
    for reason, count in summary.reasons.most_common(MOST_REASONS):
        say(f"  · rejected: {thousands(count)} rows: {reason}")
    left = len(summary.reasons) - MOST_REASONS
    if left > 0:
        say(f"  · and {left} further reasons")
    if summary.rejects_path:
        say(f"  Refused rows with line and reason: {summary.rejects_path.name}")
