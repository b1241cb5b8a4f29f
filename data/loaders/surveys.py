"""One pass over a table before anything is written: what must be decided for all rows together."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from data.loaders import styles
from data.loaders.columns import Columns
from data.loaders.columns import seen as seen_columns
from data.loaders.fields import MAIN_TIMES, TIMES
from data.loaders.files.records import Row
from data.loaders.files.tables import Table, TableReport
from data.loaders.keys import Seen, groups_of, look
from data.loaders.mappings import Mapping
from data.loaders.plans import Plan
from data.loaders.prepared import GroupNumbers
from data.loaders.problems import LoadProblem, RowProblem
from data.loaders.values.date_orders import OrderDecision, OrderEvidence
from data.loaders.values.dates import WIB, DateStyle, Order, moment
from data.loaders.values.links import host
from data.loaders.values.regions import Regions, Scheme
from data.loaders.values.services import from_name, kind_of
from data.loaders.words import is_unknown

MOST_DISTINCT = 5_000
"""Distinct hosts and region codes that are counted; more tell nothing new."""

ORDERS: tuple[Order, ...] = ("dmy", "mdy")
ANCHOR = 0.5
"""Share of links on newsrooms and fact checkers, or on one site, from which a file of links is one of articles."""


@dataclass
class Survey:
    """What one pass found; `groups` are those of the rows that could be read."""

    rows: int = 0
    unreadable: int = 0
    subjects: int = 0
    passed_over: TableReport = field(default_factory=TableReport)
    order: OrderEvidence = field(default_factory=OrderEvidence)
    clocks: Counter[str] = field(default_factory=Counter)
    midnights: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    hosts: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    groups: GroupNumbers = field(default_factory=GroupNumbers)
    services_told: int = 0
    services_known: int = 0

    def add_service(self, name: str) -> None:
        """Count one cell of the service column."""
        if not is_unknown(name):
            self.services_told += 1
            self.services_known += from_name(name) is not None

    @property
    def has_services(self) -> bool:
        """Whether the service column names services: "media" may as well name the newsrooms that wrote."""
        return self.services_known > ANCHOR * self.services_told


@dataclass(frozen=True)
class Decided:
    """The plan for a table and why it is so."""

    plan: Plan
    survey: Survey
    order: OrderDecision
    notes: list[str]


def survey(table: Table, columns: Columns, mapping: Mapping, now: datetime, on_row: Callable[[int], None]) -> Survey:
    """Read the table once and count what the decisions need; `on_row` is called with the number of each row."""
    plan = Plan(columns=columns, constants=mapping.constants, values=mapping.values)
    times = [name for name in TIMES if name in columns and name not in mapping.formats]
    found, today, has_codes = Survey(), now.astimezone(WIB).date(), plan.has("province_code", "regency_code")
    for row in table.rows(found.passed_over):
        found.rows += 1
        on_row(found.rows)
        if row.problem is not None:
            found.unreadable += 1
            continue
        for name in times:
            _look_at_time(found, name, plan.cell(row, name), today)
        seen = look(plan, row)
        found.subjects += bool(seen.title or seen.links or seen.articles)
        found.add_service(plan.text(row, "service"))
        _look_at_links(found, seen)
        if has_codes:
            _look_at_codes(found, plan, row)
        found.groups.add(groups_of(plan, seen))
    return found


def _look_at_time(found: Survey, name: str, cell: Any, today: date) -> None:
    if cell == "" or (isinstance(cell, str) and is_unknown(cell.strip())):
        return
    found.order.add(cell, today)
    if found.clocks[name]:
        return
    for order in ORDERS:
        try:
            read = moment(cell, DateStyle(order=order))
        except RowProblem:
            continue
        if read and read.precision == "second":
            midnight = read.at.minute == read.at.second == 0 and _is_midnight(cell)
            (found.midnights if midnight else found.clocks)[name] += 1
        return


def _is_midnight(cell: Any) -> bool:
    if isinstance(cell, datetime):
        return cell.hour == cell.minute == cell.second == 0
    return isinstance(cell, str) and any(mark in cell for mark in ("00:00", "00.00"))


def _look_at_links(found: Survey, seen: Seen) -> None:
    if seen.articles:
        found.kinds[f"article_url:{kind_of(seen.articles[0])}"] += 1
    if seen.links:
        first = seen.links[0]
        found.kinds[f"url:{kind_of(first)}"] += 1
        if len(found.hosts) < MOST_DISTINCT or host(first) in found.hosts:
            found.hosts[host(first)] += 1


def _look_at_codes(found: Survey, plan: Plan, row: Row) -> None:
    for code_field, name_field in (("province_code", "province"), ("regency_code", "regency")):
        code = plan.text(row, code_field)
        if code and (len(found.codes) < MOST_DISTINCT or (code, plan.text(row, name_field)) in found.codes):
            found.codes[code, plan.text(row, name_field)] += 1


def decide(
    table: Table, columns: Columns, found: Survey, mapping: Mapping, *, regions: Regions, as_of: datetime | None
) -> Decided:
    """Return the plan that follows from a survey; raise `LoadProblem` where no row has a headline or a link."""
    if found.rows > found.unreadable and not found.subjects:
        said = f"none of its {found.rows} rows has a headline or a link"
        raise LoadProblem(f"{table.name}: {said}. {seen_columns(table)}")
    order, style = styles.decided(found.order, mapping, as_of)
    scheme = mapping.region_codes or scheme_of(table.header, found.codes, regions)
    known = {*columns, *mapping.constants}
    is_sheet = "actioned_at" in known or (
        "status" in known and bool(known & {"reported_at", "notified_at", "received_at"})
    )
    plan = Plan(
        columns=columns,
        constants=mapping.constants,
        values=mapping.values,
        style=style,
        styles={name: replace(style, pattern=pattern) for name, pattern in mapping.formats.items()},
        day_only=frozenset(name for name in found.midnights if not found.clocks[name]),
        record=_record(found, is_sheet=is_sheet) if mapping.record == "auto" else mapping.record,
        main_time=next((name for name in MAIN_TIMES if name in known), None),
        scheme=scheme,
        is_takedown_sheet=is_sheet,
    )
    return Decided(plan, found, order, _notes(found, plan, style, order))


def _record(found: Survey, *, is_sheet: bool) -> Any:
    """Return what a row of the file is: content, a published clarification, both, or told by its own link."""
    if is_sheet:
        return "content"
    counts = {
        kind: found.kinds[f"url:{kind}"] for kind in ("service", "archive", "shortener", "fact_check", "news", "site")
    }
    total = sum(counts.values())
    published_or_both = "both" if found.has_services else "clarification"
    if not total:
        return published_or_both if _has_articles_only(found) else "content"
    published = counts["fact_check"] + counts["news"]
    hidden = counts["service"] + counts["archive"] + counts["shortener"]
    on_one_site = max(found.hosts.values(), default=0) >= ANCHOR * total
    if not hidden and (published >= ANCHOR * total or (not found.has_services and on_one_site)):
        return published_or_both
    return "auto" if published else "content"


def _has_articles_only(found: Survey) -> bool:
    return any(count for kind, count in found.kinds.items() if kind.startswith("article_url:"))


def scheme_of(header: tuple[str, ...], codes: Counter[tuple[str, str]], regions: Regions) -> Scheme | None:
    """Return whose region codes these are, by the header or by the names beside them; None where both fit."""
    words = " ".join(header).casefold()
    if "bps" in words and "kemendagri" not in words:
        return "bps"
    if "kemendagri" in words and "bps" not in words:
        return "kemendagri"
    votes: Counter[Scheme] = Counter()
    for (code, name), count in codes.items():
        schemes = regions.schemes_of(code, name)
        if len(schemes) == 1:
            votes[schemes.pop()] += count
    return next(iter(votes)) if len(votes) == 1 else None


def _notes(found: Survey, plan: Plan, style: DateStyle, order: OrderDecision) -> list[str]:
    notes = [styles.sentence(order)]
    if found.order.relative:
        told = style.as_of.astimezone(style.zone).isoformat(timespec="minutes") if style.as_of else "unknown"
        notes.append(f"{found.order.relative} relative times counted from {told}")
    notes += [f"no time of day in {name}: taken as days" for name in sorted(plan.day_only)]
    if found.codes and plan.scheme:
        notes.append(f"region codes read as {plan.scheme}")
    return notes
