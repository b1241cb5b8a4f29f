"""The one door to the data: every question of every screen is asked here, once per version and process.

All questions a screen lacks are read in one snapshot, so its panels agree. A question that fails leaves the others
alone; where there is an earlier answer it is given again, with its time.
"""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal

import pandas as pd

from dashboard import journal, moments, source
from dashboard.hub import hub
from dashboard.kept import Kept
from dashboard.moments import Moment
from data.engine import retrying, snapshot
from data.errors import DatabaseFault, translate
from queries.filters import Choice, Filters

Question = Callable[[Any, Filters], pd.DataFrame]
State = Literal["fresh", "last_good", "failed", "never"]

ANSWERS = 600
"""Answers kept: about 20 questions a page, ten pages, a few filters; each is at most some hundred rows."""

REST_SECONDS = 15.0
"""A question that failed by itself is not asked again for this long: a slow one must not slow every tick."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """One frame with its moment. `state` says whether it is of now, an earlier one, or missing.

    `problem` is the code of the fault's sentence and `error_id` its line in the log, where there is one.
    """

    frame: pd.DataFrame | None = None
    as_of: datetime | None = None
    state: State = "never"
    key: Hashable = ""
    version: str = ""
    problem: str | None = None
    error_id: str | None = None

    def copied(self) -> "Answer":
        """Return the same answer with a frame of its own: what one screen changes no other sees (copied on write)."""
        return self if self.frame is None else replace(self, frame=self.frame.copy(deep=False))


class Answers(Mapping[str, Answer]):
    """The answers of one screen by name, with the filters they were asked with (None before the first moment)."""

    def __init__(self, by_name: Mapping[str, Answer], filters: Filters | None, moment: Moment | None) -> None:
        self.by_name = by_name
        self.filters = filters
        self.moment = moment

    def __getitem__(self, name: str) -> Answer:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)


@dataclass(frozen=True)
class Fault:
    """Why a question failed, and until when it rests (monotonic seconds)."""

    problem: str
    error_id: str
    until: float


Key = tuple[Hashable, Choice]
_fresh: Kept[tuple[Key, str], Answer] = Kept(ANSWERS)
_good: Kept[Key, Answer] = Kept(ANSWERS)
_faults: Kept[Key, Fault] = Kept(ANSWERS)


def identity(question: Question) -> Hashable:
    """Return what tells a question from another over runs of the script; `ValueError` for one that cannot be told."""
    bound: tuple[Hashable, ...] = ()
    if isinstance(question, partial):
        bound = (*question.args, *sorted(question.keywords.items()))
        question = question.func
    code = getattr(question, "__code__", None)
    if code is None or code.co_name == "<lambda>" or getattr(question, "__closure__", None):
        raise ValueError("a question is a named function without captured values, or a functools.partial of one")
    return code.co_filename, code.co_qualname, bound


def answers(page_key: str, questions: Mapping[str, Question], choice: Choice) -> Answers:
    """Return an answer to each question under the operator's choice; never raises for a fault of the database.

    Who asks the same of the same version gets the same frames without any statement.
    """
    moment = moments.latest()
    keys: dict[str, Key] = {name: (identity(question), choice) for name, question in questions.items()}
    if moment is None:
        return Answers({name: Answer(problem=hub.health.problem) for name in keys}, None, None)
    filters = moment.resolve(choice)
    with _fresh.flight((moment.version, choice, page_key)):
        lacking = {keys[name]: question for name, question in questions.items() if _is_due(keys[name], moment)}
        if lacking and hub.health.is_good:
            _ask(page_key, lacking, filters, moment.version)
    return Answers({name: _best(key, moment.version) for name, key in keys.items()}, filters, moment)


def _is_due(key: Key, moment: Moment) -> bool:
    fault = _faults.get(key)
    rests = fault is not None and fault.until > time.monotonic()
    return not rests and _fresh.get((key, moment.version)) is None


def _ask(page_key: str, lacking: dict[Key, Question], filters: Filters, version: str) -> None:
    """Read all lacking questions in one snapshot; one that fails by itself is left out and the others read anew."""
    while lacking:
        try:
            frames = retrying(lambda: _read(lacking, filters))
        except _OneFailed as failed:
            _note_fault(page_key, [failed.key], failed.error, rests=True)
            del lacking[failed.key]
        except DatabaseFault as fault:
            _note_fault(page_key, list(lacking), fault, rests=False)
            return
        else:
            for key, frame in frames.items():
                answer = Answer(frame=frame, as_of=filters.as_of, state="fresh", key=key, version=version)
                _fresh.put((key, version), answer)
                _good.put(key, answer)
            return


class _OneFailed(Exception):
    def __init__(self, key: Key, error: Exception) -> None:
        self.key, self.error = key, error


def _read(lacking: Mapping[Key, Question], filters: Filters) -> dict[Key, pd.DataFrame]:
    frames = {}
    with snapshot(source.engine()) as connection:
        for key, question in lacking.items():
            try:
                frames[key] = question(connection, filters)
            except Exception as error:
                fault = translate(error)
                if fault.passing:
                    raise
                raise _OneFailed(key, error if type(fault) is DatabaseFault else fault) from error
    return frames


def _note_fault(page_key: str, keys: list[Key], error: Exception, *, rests: bool) -> None:
    error_id = journal.failure("question", error, page=page_key, questions=len(keys))
    until = time.monotonic() + (REST_SECONDS if rests else 0.0)
    for key in keys:
        _faults.put(key, Fault(source.problem_of(error), error_id, until))


def _best(key: Key, version: str) -> Answer:
    """Return the answer of this version; else the last good one, marked; else why there is none."""
    fresh = _fresh.get((key, version))
    if fresh is not None and hub.health.is_good:
        return fresh.copied()
    fault = _faults.get(key)
    problem = hub.health.problem or (fault.problem if fault else None)
    error_id = fault.error_id if fault and hub.health.is_good else None
    good = fresh or _good.get(key)
    if good is None:
        state: State = "failed" if fault else "never"
        return Answer(state=state, key=key, version=version, problem=problem, error_id=error_id)
    return replace(good.copied(), state="last_good", problem=problem, error_id=error_id)


def forget() -> None:
    """Forget every answer (another database)."""
    for kept in (_fresh, _good, _faults):
        kept.clear()
