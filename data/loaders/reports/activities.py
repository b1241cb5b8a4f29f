"""Activities: seminars, trainings, broadcasts and other outreach, also planned ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from data.keys import stable_id
from data.loaders.codes import ORGANISATION_BY_WORD, Codes
from data.loaders.files.records import Row
from data.loaders.formats.subjects import PLACES, place_of
from data.loaders.interpreted import Interpreted, Part, Unknowns
from data.loaders.options import Options
from data.loaders.plans import Plan
from data.loaders.problems import RowProblem
from data.loaders.reports.plans import ReportPlan
from data.loaders.reports.words import CAMPAIGNS, FORMATS, PARTNERS, count_of
from data.loaders.values.links import links_in
from data.loaders.words import is_unknown, one_line, plain

LONGEST = 500
KEY = ("starts_at", "clock", "title", "format", *PLACES)


def key_of(plan: Plan, row: Row) -> Iterable[object]:
    """Give the cells by which rows are the same activity: its number, else its time, name and place."""
    return [_number(plan, row)] if _number(plan, row) else [plain(plan.text(row, name)) for name in KEY]


def _number(plan: Plan, row: Row) -> str:
    """Return the number by which the office knows an activity; the row numbers of a list are none."""
    reference = one_line(plan.text(row, "reference"), LONGEST)
    return "" if reference.isdecimal() or is_unknown(reference) else reference


@dataclass
class ActivityReader:
    """Turns rows into activities."""

    read: ReportPlan
    codes: Codes
    options: Options
    unknowns: Unknowns = field(default_factory=Unknowns)

    def interpret(self, row: Row) -> Interpreted:
        """Return the activity of a row; raise `RowProblem` when it cannot be kept."""
        plan = self.read.plan
        starts, ends = self.read.moment(row, "starts_at"), self.read.moment(row, "ends_at")
        if starts is None:
            raise RowProblem("the activity has no time")
        if ends and ends.at < starts.at:
            self.unknowns.odd["ends before it starts: kept without its end"] += 1
            ends = None
        place = place_of(plan, row, self.codes.regions, self.unknowns)
        kind = self._named("format", plan.text(row, "format"), FORMATS)
        part: Part = {
            "reference": self._reference(row, starts.at.isoformat()),
            "title": self._title(row),
            "format_id": self.codes.format[kind] if kind else None,
            "campaign_id": self._campaign(row),
            "organisation_id": self._organisation(row),
            "province_code": place.province_code,
            "regency_code": place.regency_code,
            "attendance": count_of(plan, row, "attendance", self.unknowns),
            "plays": count_of(plan, row, "plays", self.unknowns),
            "starts_at": starts.at,
            "ends_at": ends.at if ends else None,
            "line": row.line,
            **({"is_simulated": True} if self.options.is_simulated else {}),
        }
        return Interpreted(row.line, row.cells, {"activity": [part]})

    def _reference(self, row: Row, starts: str) -> str:
        """Return the number of the activity, else its link, else a digest of its time, name and place."""
        plan = self.read.plan
        told = [plain(plan.text(row, name)) for name in ("title", "format", *PLACES)]
        links = links_in(plan.text(row, "url"))[:1]
        return _number(plan, row) or f"{stable_id('activity', starts, *told, *links):x}"

    def _title(self, row: Row) -> str:
        title = one_line(self.read.plan.text(row, "title"), LONGEST)
        if not is_unknown(title):
            return title
        told = self.read.plan.text(row, "format")
        if is_unknown(told):
            raise RowProblem("the activity has neither a name nor a format")
        places = (self.read.plan.text(row, name) for name in ("regency", "place", "province"))
        return one_line(", ".join([told, *[text for text in places if text][:1]]), LONGEST)

    def _campaign(self, row: Row) -> int | None:
        code = self._named("campaign", self.read.plan.text(row, "campaign"), CAMPAIGNS)
        return self.codes.campaign[code] if code else None

    def _organisation(self, row: Row) -> int | None:
        """Return who held it: an agency by its name, else the kind of partner, which is a row of its own."""
        plan, known = self.read.plan, self.codes.by_name
        holder, kind = plan.text(row, "organisation"), plan.text(row, "partner_kind")
        agency = known("organisation", holder) or ORGANISATION_BY_WORD.get(plain(holder)) or PARTNERS.get(plain(holder))
        code = agency or PARTNERS.get(plain(kind)) or known("organisation", kind)
        if code is None and not is_unknown(kind):
            self.unknowns.add("partner_kind", kind)
        elif code is None and not is_unknown(holder):
            self.unknowns.add("organisation", holder)
        return self.codes.organisation[code] if code else None

    def _named(self, dimension: str, text: str, words: dict[str, str]) -> str | None:
        if is_unknown(text):
            return None
        code = self.codes.by_name(dimension, text) or words.get(plain(text))
        if code is None:
            self.unknowns.add(dimension, text)
        return code
