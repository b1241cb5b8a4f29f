"""What the measured figures are held to: every target once, with its source and from which size on it speaks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from queries.benchmark_exactness import Exactness
from queries.benchmark_questions import PAGES
from queries.benchmarks import Cost, Measured

TEN_MILLION = 9_500_000
"""A season of "ten million" requests has about so many or more."""

PLAN, DESIGN = "plan of the data layer, section 11", "design, speed to reach"


@dataclass
class Benched:
    """One database: what engine, its size, what each question cost in it, and how exact it was.

    `questions` by question and window, `pages` by page and window, `singles` by name; `cells` and `rollup_bytes` (None
    where unknown) of all sums.
    """

    address: str
    is_postgres: bool
    requests: int
    questions: dict[tuple[str, str], Measured]
    pages: dict[tuple[str, str], Cost]
    singles: dict[str, Measured]
    exactness: dict[str, Exactness] = field(default_factory=dict)
    cells: int = 0
    rollup_bytes: int | None = None

    def page(self, page: str, window: str) -> tuple[list[float], list[float]]:
        """Return processor and clock milliseconds of all questions of a page, one number a run."""
        cost = self.pages[page, window]
        return cost.cpu, cost.wall

    @property
    def windows(self) -> list[str]:
        """The windows the pages were asked with."""
        return list(dict.fromkeys(window for _, window in self.questions))


@dataclass(frozen=True)
class Figure:
    """One measured figure: what of, and how much."""

    of: str
    value: float


Figures = Callable[[Sequence[Benched], Benched], Iterator[Figure]]
"""Given all databases, smallest first, and the one that is judged, give the figures a target speaks of."""


@dataclass(frozen=True)
class Target:
    """A figure must not exceed `sqlite` or `postgresql`, in `unit`, in a database of so many requests and more."""

    what: str
    figures: Figures
    sqlite: float
    postgresql: float
    unit: str
    source: str
    from_requests: int = 0

    def limit(self, database: Benched) -> float:
        """Return what holds for the engine of a database."""
        return self.postgresql if database.is_postgres else self.sqlite


@dataclass(frozen=True)
class Missed:
    """A target that was missed: where, what of, how much it was and how much it may be."""

    target: Target
    database: Benched
    figure: Figure

    @property
    def times(self) -> float:
        """How many times the limit it was; infinite where nothing at all is allowed."""
        limit = self.target.limit(self.database)
        return self.figure.value / limit if limit else float("inf")


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile; the largest of fewer than two."""
    return quantiles(values, n=20)[-1] if len(values) > 1 else max(values)


def _single(code: str) -> Figures:
    def figures(_: Sequence[Benched], database: Benched) -> Iterator[Figure]:
        for name, one in database.singles.items():
            if name.startswith(code):
                yield Figure(name, one.ours.cpu_ms)

    return figures


def _pages(_: Sequence[Benched], database: Benched) -> Iterator[Figure]:
    for window in database.windows:
        for page in PAGES:
            yield Figure(f"all of {page}, {window}", p95(database.page(page, window)[0]))


def _growth(databases: Sequence[Benched], database: Benched) -> Iterator[Figure]:
    smallest = next(iter(one for one in databases if one.is_postgres == database.is_postgres))
    if smallest is database or smallest.requests < 0.95 * database.requests / 10:
        return
    for name, one in database.singles.items():
        small = smallest.singles[name].ours.cpu_ms
        if small:
            yield Figure(name, one.ours.cpu_ms / small)


def _against_naive(_: Sequence[Benched], database: Benched) -> Iterator[Figure]:
    for name, one in database.singles.items():
        if one.naive is not None and one.naive.cpu_ms and not name.startswith("Q5"):
            yield Figure(name, one.ours.cpu_ms / one.naive.cpu_ms)


def _error(_: Sequence[Benched], database: Benched) -> Iterator[Figure]:
    for window, found in database.exactness.items():
        if found.n_quantiles:
            yield Figure(f"{found.n_quantiles} quantiles, {window}", 100 * found.largest_error)


def _miscounted(_: Sequence[Benched], database: Benched) -> Iterator[Figure]:
    for window, found in database.exactness.items():
        yield Figure(f"counts within the hour, {window}", found.miscounted)


def _different(_: Sequence[Benched], database: Benched) -> Iterator[Figure]:
    for (name, window), one in database.questions.items():
        if one.is_same is not None:
            yield Figure(f"{name}, {window}", int(not one.is_same))


TARGETS: tuple[Target, ...] = (
    Target("Q1 live counters", _single("Q1"), 2, 4, "ms", PLAN, TEN_MILLION),
    Target("Q2 hourly by service, 7d", _single("Q2 content by service, 7d"), 4, 6, "ms", PLAN, TEN_MILLION),
    Target("Q3 latency, any window", _single("Q3"), 10, 18, "ms", PLAN, TEN_MILLION),
    Target("Q4 regions, any filter", _single("Q4"), 3, 5, "ms", PLAN, TEN_MILLION),
    Target("Q5 campaigns", _single("Q5"), 12, 12, "ms", PLAN, TEN_MILLION),
    Target("questions of a page together, p95", _pages, 40, 40, "ms", DESIGN, TEN_MILLION),
    Target("growth with ten times the data", _growth, 1.3, 1.3, "×", PLAN, TEN_MILLION),
    Target("cost against the naive form, where sums are kept", _against_naive, 1, 1, "×", DESIGN, 100_000),
    Target("error of quantiles", _error, 1, 1, "%", PLAN),
    Target("share within the hour is exact", _miscounted, 0, 0, "requests", PLAN),
    Target("sums equal a count of the facts", _different, 0, 0, "answers", PLAN),
)
"""Processor time, as in the plan: by the clock a busy machine measures itself. Q6 and the wall are not built yet."""


def missed(databases: Sequence[Benched]) -> list[Missed]:
    """Return the targets that were missed; `databases` are sorted by size, smallest first."""
    return [
        Missed(target, database, figure)
        for database in databases
        for target in TARGETS
        if database.requests >= target.from_requests
        for figure in target.figures(databases, database)
        if figure.value > target.limit(database)
    ]
