"""Office sheets and exports of articles: CSV and workbooks, known by their headers or told by a mapping file."""

from functools import partial

from data.loaders.codes import Codes
from data.loaders.columns import Columns, columns_of
from data.loaders.files.sources import Source
from data.loaders.files.tables import Table, delimited
from data.loaders.files.workbooks import sheets
from data.loaders.formats.office import OfficeReader
from data.loaders.keys import Seen, look
from data.loaders.mappings import Mapping
from data.loaders.options import Options
from data.loaders.prepared import Prepared
from data.loaders.problems import LoadProblem
from data.loaders.surveys import Decided, decide, survey


def tables_of(source: Source, mapping: Mapping, wanted: frozenset[str], *, is_text: bool) -> list[Table]:
    """Return the table of a text file, or those of the sheets of a workbook that have rows.

    `wanted` are header names by which a header is known.
    """
    if is_text:
        return [delimited(source, wanted, mapping.delimiter)]
    return sheets(source, wanted, mapping.sheet)


def prepare_known(tables: list[Table], codes: Codes, options: Options) -> list[Prepared[Seen]]:
    """Survey the tables whose columns are known, at least one, and return them ready to be loaded."""
    known, problems = [], []
    for table in tables:
        try:
            known.append((table, *columns_of(table, options.mapping)))
        except LoadProblem as problem:
            problems.append(problem)
    if not known:
        raise problems[0]
    prepared = [_prepare(*each, codes, options) for each in known]
    prepared[0].notes.extend(f"sheet passed over: {problem}" for problem in problems)
    return prepared


def _prepare(table: Table, columns: Columns, notes: list[str], codes: Codes, options: Options) -> Prepared[Seen]:
    found = survey(table, columns, options.mapping, options.now, partial(_told, options, table.name))
    decided = decide(table, columns, found, options.mapping, regions=codes.regions, as_of=options.as_of)
    plan = decided.plan
    reader = OfficeReader(plan, codes, options.feed_code, options.now, is_simulated=options.is_simulated)
    return Prepared(
        name=table.name,
        format="map" if options.mapping.columns else "office",
        header=table.header,
        row_count=found.rows,
        rows=table.rows,
        look=partial(look, plan),
        numbers=found.groups,
        interpret=reader.interpret,
        unknowns=reader.unknowns,
        notes=[*notes, *_table_notes(table, decided), *decided.notes],
        date_order=decided.order.order,
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
