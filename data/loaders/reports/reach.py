"""Campaign reach by day and channel: impressions = reach x frequency, and what does not tie is kept and told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from data.loaders.codes import Codes
from data.loaders.files.records import Row
from data.loaders.formats.moments import TOLERANCE
from data.loaders.formats.subjects import PLACES, place_of
from data.loaders.interpreted import Interpreted, Part, Unknowns
from data.loaders.options import Options
from data.loaders.plans import Plan
from data.loaders.problems import RowProblem
from data.loaders.reports.plans import ReportPlan
from data.loaders.reports.words import campaign_id, channel_of, count_of, theme_id
from data.loaders.values.dates import WIB
from data.loaders.values.decimals import measured
from data.loaders.words import is_unknown, plain, without_hidden

COUNTS = ("reach", "impressions", "engagements", "target_reach")
WHOLE_COUNTRY = "00"
KEY = ("day", "campaign", "channel", "hashtag", "theme", *PLACES)
LONGEST_HASHTAG = 100


def key_of(plan: Plan, row: Row) -> Iterable[object]:
    """Give the cells by which rows are the same report."""
    return (plain(plan.text(row, name)) for name in KEY)


@dataclass
class ReachReader:
    """Turns rows into reach of a campaign and, where a row has a hashtag, into its use on that service.

    Where a report has a row a hashtag (`is_by_hashtag`), rows with one are its use alone: uniques do not add up.
    """

    read: ReportPlan
    codes: Codes
    options: Options
    is_by_hashtag: bool
    unknowns: Unknowns = field(default_factory=Unknowns)

    def interpret(self, row: Row) -> Interpreted:
        """Return the rows of the database; raise `RowProblem` when one cannot be kept."""
        plan, text = self.read.plan, self.read.plan.text
        channel, day = channel_of(text(row, "channel"), self.codes), self._day(row)
        counts = {name: count_of(plan, row, name, self.unknowns) for name in (*COUNTS, "posts")}
        frequency = self._frequency(row)
        if all(value is None for value in (*counts.values(), frequency)):
            raise RowProblem("the row has no figure")
        about = {"day": day, "line": row.line, **({"is_simulated": True} if self.options.is_simulated else {})}
        parts: dict[str, list[Part]] = {}
        if hashtag := _hashtag(text(row, "hashtag")):
            parts["hashtag_reach"] = [{**about, "hashtag": hashtag, **self._use(channel, counts)}]
        is_campaign = counts["impressions"] is not None or frequency is not None
        if hashtag and self.is_by_hashtag and is_campaign:
            self.unknowns.odd["impressions and frequency of a hashtag have no place: its reach is kept"] += 1
        if not hashtag or (is_campaign and not self.is_by_hashtag):
            reach = {name: counts[name] for name in COUNTS}
            key = self._key(row, channel)
            parts = {"campaign_reach": [{**about, **key, **self._tied(reach, frequency, row)}], **parts}
        return Interpreted(row.line, row.cells, parts)

    def _day(self, row: Row) -> Any:
        read = self.read.moment(row, "day")
        if read is None:
            raise RowProblem("the row has no day")
        if read.at > self.options.now + TOLERANCE:
            raise RowProblem(f"the day lies in the future: {read.at.astimezone(WIB):%Y-%m-%d}")
        return read.at.astimezone(WIB).date()

    def _key(self, row: Row, channel: str) -> Part:
        text = self.read.plan.text
        return {
            "campaign_id": campaign_id(text(row, "campaign"), self.codes),
            "channel_id": self.codes.channel[channel],
            "theme_id": theme_id(text(row, "theme"), self.codes),
            "province_code": self._province(row),
        }

    def _province(self, row: Row) -> str:
        if not self.read.plan.has(*PLACES):
            return WHOLE_COUNTRY
        place = place_of(self.read.plan, row, self.codes.regions, Unknowns())
        if place.note:
            raise RowProblem(f"region: {place.note}")
        if place.regency_code:
            raise RowProblem("reach of a kabupaten or kota cannot be kept: give it by province")
        return place.province_code or WHOLE_COUNTRY

    def _use(self, channel: str, counts: dict[str, int | None]) -> Part:
        service = self.codes.service.get(channel)
        if service is None:
            raise RowProblem(f"the channel '{channel}' is no service: it has no hashtags")
        return {"service_id": service, **{name: counts[name] for name in ("posts", "reach", "engagements")}}

    def _frequency(self, row: Row) -> Decimal | None:
        cell = self.read.plan.cell(row, "frequency")
        if cell == "" or (isinstance(cell, str) and is_unknown(cell.strip())):
            return None
        found = measured(cell, self.read.marks["frequency"])
        if found is None or found[1].casefold() not in ("", "x", "kali"):
            self.unknowns.add("frequency", str(cell))
            return None
        return found[0]

    def _tied(self, counts: dict[str, int | None], frequency: Decimal | None, row: Row) -> Part:
        """Return the figures as they came, what does not tie counted; missing impressions are reach x frequency."""
        reach, impressions = counts["reach"], counts["impressions"]
        if reach is not None and frequency is not None and impressions is None:
            self.unknowns.odd["impressions not told: computed as reach x frequency"] += 1
            counts = {**counts, "impressions": round(reach * frequency)}
        elif reach is not None and impressions is not None:
            self._count_odd(row, reach, impressions, frequency)
        return {**counts, "frequency": None if frequency is None else float(frequency)}

    def _count_odd(self, row: Row, reach: int, impressions: int, frequency: Decimal | None) -> None:
        if reach > impressions:
            self.unknowns.odd["TIDAK SEIMBANG: reach is larger than impressions: both kept"] += 1
        if frequency is None:
            return
        cells = {name: self.read.plan.cell(row, name) for name in ("reach", "impressions", "frequency")}
        spare = {"reach": _half(reach, cells["reach"]), "impressions": _half(impressions, cells["impressions"])}
        about = _half_of_decimals(cells["frequency"])
        low = (reach - spare["reach"]) * (frequency - about)
        high = (reach + spare["reach"]) * (frequency + about)
        if not low - spare["impressions"] - 1 <= impressions <= high + spare["impressions"] + 1:
            self.unknowns.odd["TIDAK SEIMBANG: impressions are not reach x frequency: all three kept"] += 1


def _hashtag(text: str) -> str:
    told = without_hidden(text).strip().lstrip("#").strip()
    return "" if is_unknown(told) else f"#{told.lower()}"[:LONGEST_HASHTAG]


def _half(value: int, cell: object) -> Decimal:
    """Return by how much a number may have been rounded: half its last digit where it is told in rb, jt or -an."""
    if not isinstance(cell, str) or not any(letter.isalpha() for letter in cell):
        return Decimal(0)
    digits = str(value)
    return Decimal(10) ** (len(digits) - len(digits.rstrip("0"))) / 2


def _half_of_decimals(cell: object) -> Decimal:
    """Return half the last decimal of a number as it is told."""
    digits = str(cell).strip().rstrip("xX ").replace(",", ".").partition(".")[2]
    return Decimal(10) ** -len([digit for digit in digits if digit.isdigit()]) / 2
