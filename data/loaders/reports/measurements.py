"""Telecom quality of service at sites: a column a metric, or a row a metric."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from data.loaders.codes import Codes
from data.loaders.files.records import Row
from data.loaders.formats.moments import TOLERANCE
from data.loaders.formats.subjects import place_of
from data.loaders.interpreted import Interpreted, Part, Unknowns
from data.loaders.options import Options
from data.loaders.plans import Plan
from data.loaders.problems import RowProblem
from data.loaders.reports.plans import MOST, ReportPlan
from data.loaders.reports.words import METRICS, truth
from data.loaders.values.dates import WIB
from data.loaders.values.decimals import measured
from data.loaders.values.regions import Place
from data.loaders.words import is_unknown, one_line, plain

METRIC_NAMES = ("download_mbps", "upload_mbps", "latency_ms", "packet_loss_share", "is_available")
LONGEST = 300
TELECOM = "telecom"

SPEEDS = {"": Decimal(1), "mbps": Decimal(1), "mb s": Decimal(1), "mbit s": Decimal(1), "kbps": Decimal("0.001"),
          "kbit s": Decimal("0.001"), "gbps": Decimal(1000), "mbits": Decimal(1)}  # fmt: skip
TIMES = {"": Decimal(1), "ms": Decimal(1), "milidetik": Decimal(1), "msec": Decimal(1), "s": Decimal(1000),
         "detik": Decimal(1000), "sec": Decimal(1000)}  # fmt: skip
PER_CENT = ("%", "persen", "percent", "pct")


def key_of(plan: Plan, row: Row) -> Iterable[object]:
    """Give the cells by which rows are the same measurement; rows of one metric each share theirs."""
    return (plain(plan.text(row, name)) for name in ("site", "site_name", "measured_at", "clock"))


@dataclass
class MeasurementReader:
    """Turns rows into measurements; `is_per_cent` says how bare numbers of packet loss are meant."""

    read: ReportPlan
    header: tuple[str, ...]
    codes: Codes
    options: Options
    is_per_cent: bool
    unknowns: Unknowns = field(default_factory=Unknowns)

    def interpret(self, row: Row) -> Interpreted:
        """Return the measurement of a row; raise `RowProblem` when it cannot be kept."""
        plan = self.read.plan
        code, name = plan.text(row, "site"), plan.text(row, "site_name")
        if is_unknown(code) and is_unknown(name):
            raise RowProblem("the row names no site")
        at = self.read.moment(row, "measured_at")
        if at is None:
            raise RowProblem("the measurement has no time")
        if at.at > self.options.now + TOLERANCE:
            raise RowProblem(f"measured_at lies in the future: {at.at.astimezone(WIB):%Y-%m-%d %H:%M} WIB")
        if at.precision == "day":
            self.unknowns.odd["measured at no time of day: taken as midnight"] += 1
        place = place_of(plan, row, self.codes.regions, self.unknowns)
        self._compare_3t(row, place)
        part: Part = {
            "site_key": one_line(name if is_unknown(code) else code, LONGEST),
            "site_name": one_line(code if is_unknown(name) else name, LONGEST),
            "measured_at": at.at,
            "organisation_id": None if is_unknown(plan.text(row, "operator")) else self.codes.organisation[TELECOM],
            "province_code": place.province_code,
            "regency_code": place.regency_code,
            **self._metrics(row),
            "line": row.line,
            **({"is_simulated": True} if self.options.is_simulated else {}),
        }
        return Interpreted(row.line, row.cells, {"qos_measurement": [part]})

    def _metrics(self, row: Row) -> Part:
        found = {name: self._value(row, name, name) for name in METRIC_NAMES if self.read.plan.has(name)}
        told = self.read.plan.text(row, "metric")
        if not is_unknown(told):
            name = METRICS.get(plain(told.partition("(")[0]))
            if name is None:
                raise RowProblem(f"the metric '{told[:60]}' is not known")
            found[name] = self._value(row, name, "value")
        if all(value is None for value in found.values()):
            raise RowProblem("the row has no measurement that can be read")
        return found

    def _value(self, row: Row, metric: str, column: str) -> float | int | None:
        cell = self.read.plan.cell(row, column)
        if cell == "" or (isinstance(cell, str) and is_unknown(cell.strip())):
            return None
        if metric == "is_available":
            value: float | int | None = truth(str(cell))
        else:
            value = self._number(row, metric, column, cell)
        if value is None:
            self.unknowns.add(metric, str(cell))
        return value

    def _number(self, row: Row, metric: str, column: str, cell: object) -> float | None:
        found = measured(cell, self.read.marks[column])
        if found is None:
            return None
        number, after = found
        unit = after or self._unit(row, metric, column)
        if metric == "packet_loss_share":
            return _share(number, in_per_cent=self.is_per_cent or is_per_cent(unit))
        factor = (TIMES if metric == "latency_ms" else SPEEDS).get(plain(unit))
        value = None if factor is None else number * factor
        return None if value is None or value > MOST[metric] else float(value)

    def _unit(self, row: Row, metric: str, column: str) -> str:
        """Return the unit a row names, else that in the header of its column or behind the name of its metric."""
        told = self.read.plan.text(row, "unit")
        if column == "value":
            return told or self.read.plan.text(row, "metric").partition("(")[2].rstrip(") ")
        positions = self.read.plan.columns.get(column, ())
        header = self.header[positions[0]].casefold() if positions else ""
        return next((unit for unit in _units_of(metric) if unit and unit in plain(header).split()), "")

    def _compare_3t(self, row: Row, place: Place) -> None:
        told = truth(self.read.plan.text(row, "is_3t")) if self.read.plan.has("is_3t") else None
        if told is None or place.regency_code is None:
            return
        if bool(told) != (place.regency_code in self.codes.listed_3t):
            self.unknowns.odd["3T is told otherwise than the register has it: the register counts"] += 1


def _units_of(metric: str) -> Iterable[str]:
    return TIMES if metric == "latency_ms" else SPEEDS


def is_per_cent(text: str) -> bool:
    """Return whether a header, a unit or a cell says per cent."""
    return any(word in text.casefold() for word in PER_CENT)


def _share(number: Decimal, *, in_per_cent: bool) -> float | None:
    share = number / 100 if in_per_cent else number
    return float(share) if share <= 1 else None
