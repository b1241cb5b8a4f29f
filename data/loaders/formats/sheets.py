"""Office sheets and exports of articles: CSV and workbooks, known by their headers or told by a mapping file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from data.loaders.codes import Codes
from data.loaders.columns import Columns, columns_of
from data.loaders.files.records import Row
from data.loaders.files.sources import Source
from data.loaders.files.tables import Table, delimited
from data.loaders.files.workbooks import sheets
from data.loaders.formats.office import OfficeReader
from data.loaders.interpreted import Unknowns
from data.loaders.keys import groups_of, look
from data.loaders.mappings import Mapping
from data.loaders.options import Options
from data.loaders.prepared import Outcome, Prepared, Refusal
from data.loaders.problems import LoadProblem, RowProblem
from data.loaders.surveys import Decided, decide, survey

Sheet = tuple[Table, Columns, list[str]]


@dataclass
class PreparedSheet:
    """One table of an office file with its plan."""

    name: str
    format: str
    header: tuple[str, ...]
    notes: list[str]
    date_order: str | None
    row_count: int
    last_of_group: dict[int, int]
    last_of_issue: dict[int, int]
    table: Table
    decided: Decided
    reader: OfficeReader

    @property
    def unknowns(self) -> Unknowns:
        """What stayed open in the rows given so far."""
        return self.reader.unknowns

    def outcomes(self) -> Iterator[Outcome]:
        """Give what became of each row."""
        for row in self.table.rows():
            yield self._outcome(row)

    def _outcome(self, row: Row) -> Outcome:
        if row.problem is not None:
            return Outcome(None, refusal=Refusal(row.line, row.problem, row.cells))
        plan = self.decided.plan
        seen = look(plan, row)
        groups = groups_of(plan, seen)
        try:
            return Outcome(groups, self.reader.interpret(seen))
        except RowProblem as problem:
            return Outcome(groups, refusal=Refusal(row.line, str(problem), row.cells))


def tables_of(source: Source, mapping: Mapping, *, is_text: bool) -> list[Sheet]:
    """Return the tables of a file with their columns; of a workbook those sheets that are known, at least one."""
    if is_text:
        table = delimited(source, mapping.wanted, mapping.delimiter)
        return [(table, *columns_of(table, mapping))]
    found, problems = [], []
    for table in sheets(source, mapping.wanted, mapping.sheet):
        try:
            found.append((table, *columns_of(table, mapping)))
        except LoadProblem as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    first = found[0]
    return [(first[0], first[1], [*first[2], *(f"sheet passed over: {problem}" for problem in problems)]), *found[1:]]


def prepare(sheet: Sheet, codes: Codes, options: Options) -> Prepared:
    """Survey a table and return it ready to be loaded."""
    table, columns, notes = sheet
    on_row: Callable[[int], None] = partial(_told, options, table.name)
    found = survey(table, columns, options.mapping, options.now, on_row)
    decided = decide(table, columns, found, options.mapping, regions=codes.regions, as_of=options.as_of)
    reader = OfficeReader(decided.plan, codes, options.feed_code, options.now, is_simulated=options.is_simulated)
    return PreparedSheet(
        name=table.name,
        format="map" if options.mapping.columns else "office",
        header=table.header,
        notes=[*notes, *_table_notes(table, decided), *decided.notes],
        date_order=decided.order.order,
        row_count=found.rows,
        last_of_group=decided.last_of_group,
        last_of_issue=decided.last_of_issue,
        table=table,
        decided=decided,
        reader=reader,
    )


def _told(options: Options, name: str, done: int) -> None:
    if done % 500 == 0:
        options.progress(name, "survey", done, None)


def _table_notes(table: Table, decided: Decided) -> list[str]:
    passed = decided.survey.passed_over
    plan = decided.plan
    used = ", ".join(f"{name} = '{table.header[positions[0]]}'" for name, positions in sorted(plan.columns.items()))
    unused = [
        name for at, name in enumerate(table.header) if all(at not in positions for positions in plan.columns.values())
    ]
    notes = [
        f"{'cells separated by ' + table.shape if table.shape != 'sheet' else 'workbook'}, {table.decoding.sentence}",
        f"columns: {used}",
        f"counted by {plan.main_time}; each row is {_RECORDS[plan.record]}",
    ]
    if unused:
        notes.append("columns not used: " + ", ".join(unused[:20]))
    if passed.blank_rows or passed.repeated_headers:
        notes.append(f"passed over: {passed.blank_rows} blank rows, {passed.repeated_headers} repeated headers")
    return notes


_RECORDS = {
    "content": "konten with its isu",
    "clarification": "a published clarification with its isu",
    "issue": "an isu",
    "both": "konten with its isu and a published clarification",
    "auto": "konten or a published clarification, as its link tells",
}
