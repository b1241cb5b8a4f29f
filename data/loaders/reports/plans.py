"""One pass over a report before anything is written: the order of its dates, its decimal marks, its scheme of codes."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from data.loaders import styles
from data.loaders.files.records import Row
from data.loaders.files.tables import Table, TableReport
from data.loaders.options import Options
from data.loaders.plans import Plan
from data.loaders.prepared import GroupNumbers
from data.loaders.problems import RowProblem
from data.loaders.reports import fields
from data.loaders.reports.kinds import Columns
from data.loaders.surveys import scheme_of
from data.loaders.values.date_orders import OrderDecision, OrderEvidence
from data.loaders.values.dates import WIB, Moment, moment, on_clock
from data.loaders.values.decimals import Mark, MarkEvidence
from data.loaders.values.regions import Regions

MOST = {
    "frequency": 1_000, "download_mbps": 10_000, "upload_mbps": 10_000, "latency_ms": 60_000, "packet_loss_share": 100,
    "value": 60_000,
}  # fmt: skip
"""Fields with decimals, and the largest value that can be meant: beyond it a mark before three digits is decimal."""

EVERY = 500
"""Rows between two calls of the progress function."""


@dataclass(frozen=True)
class ReportPlan:
    """How the rows of a report are read: as any table's, and what was decided of its decimals."""

    plan: Plan
    marks: dict[str, Mark | None]
    order: OrderDecision
    notes: list[str]
    row_count: int
    groups: GroupNumbers

    def moment(self, row: Row, name: str) -> Moment | None:
        """Return the time a row names in a field; raise `RowProblem` for an unreadable one."""
        style = self.plan.styles.get(name, self.plan.style)
        try:
            read = moment(self.plan.cell(row, name), style)
        except RowProblem as problem:
            raise RowProblem(f"{name}: {problem}") from None
        is_main = name != "ends_at"
        return (
            on_clock(read, self.plan.text(row, "clock"), style) if read and is_main and self.plan.has("clock") else read
        )


@dataclass
class _Survey:
    rows: int = 0
    order: OrderEvidence = field(default_factory=OrderEvidence)
    marks: dict[str, MarkEvidence] = field(default_factory=lambda: {name: MarkEvidence() for name in MOST})
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    passed: TableReport = field(default_factory=TableReport)
    groups: GroupNumbers = field(default_factory=GroupNumbers)


Key = Callable[[Plan, Row], Iterable[object]]
"""Gives what tells the things apart of which the rows of a report speak."""


def decide(table: Table, columns: Columns, options: Options, key: Key, regions: Regions) -> ReportPlan:
    """Read a table once and return how its rows are read."""
    mapping = options.mapping
    bare = Plan(columns=columns, constants=mapping.constants, values=mapping.values)
    found = _survey(table, bare, options, key)
    order, style = styles.decided(found.order, mapping, options.as_of)
    plan = replace(
        bare,
        style=style,
        styles={name: replace(style, pattern=pattern) for name, pattern in mapping.formats.items()},
        scheme=mapping.region_codes or scheme_of(table.header, found.codes, regions),
    )
    marks = {name: evidence.decide(MOST[name]) for name, evidence in found.marks.items()}
    return ReportPlan(plan, marks, order, _notes(table, found, plan, order), found.rows, found.groups)


def _survey(table: Table, plan: Plan, options: Options, key: Key) -> _Survey:
    found, today = _Survey(), options.now.astimezone(WIB).date()
    times = [name for name in fields.TIMES if plan.has(name) and name not in options.mapping.formats]
    decimals = [name for name in MOST if plan.has(name)]
    for row in table.rows(found.passed):
        found.rows += 1
        if found.rows % EVERY == 0:
            options.progress(table.name, "survey", found.rows, None)
        if row.problem is not None:
            continue
        for name in times:
            found.order.add(plan.cell(row, name), today)
        for name in decimals:
            found.marks[name].add(plan.cell(row, name))
        for code_field, name_field in (("province_code", "province"), ("regency_code", "regency")):
            if plan.text(row, code_field):
                found.codes[plan.text(row, code_field), plan.text(row, name_field)] += 1
        found.groups.add((hash(tuple(key(plan, row))), 0))
    return found


def _notes(table: Table, found: _Survey, plan: Plan, order: OrderDecision) -> list[str]:
    used = ", ".join(f"{name} = '{table.header[at[0]]}'" for name, at in sorted(plan.columns.items()))
    taken = {position for positions in plan.columns.values() for position in positions}
    unused = ", ".join(name for at, name in enumerate(table.header) if at not in taken)
    shape = "workbook" if table.shape == "sheet" else f"cells separated by {table.shape}"
    return [
        f"{shape}, {table.decoding.sentence}",
        f"columns: {used}",
        f"date order {order.order or 'not needed'}: {order.reason}",
        *([f"columns not used: {unused}"] if unused else []),
        *([f"region codes read as {plan.scheme}"] if found.codes and plan.scheme else []),
        *(
            [f"passed over: {found.passed.blank_rows} blank rows, {found.passed.repeated_headers} repeated headers"]
            if found.passed.blank_rows or found.passed.repeated_headers
            else []
        ),
    ]
