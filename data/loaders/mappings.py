"""Mapping files: how to read any other CSV or workbook. See README.md beside this module."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

from data.loaders import fields
from data.loaders.files.sources import readable
from data.loaders.problems import LoadProblem
from data.loaders.reports import fields as report_fields
from data.loaders.values.calendars import NAMED_ZONES
from data.loaders.values.dates import Order
from data.loaders.values.regions import Scheme
from data.loaders.words import plain

RecordKind = Literal["auto", "content", "clarification", "issue", "reach", "activity", "qos"]

SECTIONS = {"file", "columns", "constants", "formats", "values"}
FILE_KEYS = {"delimiter", "sheet", "record", "feed", "date_order", "zone", "as_of", "region_codes", "automatic"}


@dataclass(frozen=True)
class Mapping:
    """What a mapping file says; the empty one leaves everything to be found out."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    delimiter: str | None = None
    sheet: str | None = None
    record: RecordKind = "auto"
    feed: str | None = None
    date_order: Order | None = None
    zone: str | None = None
    as_of: datetime | None = None
    region_codes: Scheme | None = None
    automatic: bool = True

    @property
    def wanted(self) -> frozenset[str]:
        """Header names the file must have."""
        return frozenset(name for names in self.columns.values() for name in names)


def read_mapping(path: Path) -> Mapping:
    """Return what a mapping file says; raise `LoadProblem` for anything in it that is not understood."""
    with readable(path.name):
        raw = path.read_bytes()
    try:
        told = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LoadProblem(f"{path.name} is no TOML: {error}.") from None
    return _checked(path.name, told)


def _checked(name: str, told: dict[str, Any]) -> Mapping:
    _only(name, "section", told, SECTIONS)
    for section in SECTIONS & set(told):
        if not isinstance(told[section], dict):
            raise LoadProblem(f"{name}: [{section}] must be a section.")
    options = told.get("file", {})
    _only(name, "key in [file]", options, FILE_KEYS)
    for section in ("columns", "constants", "values"):
        _only(name, f"field in [{section}]", told.get(section, {}), fields.ALL | report_fields.ALL)
    _only(name, "time field in [formats]", told.get("formats", {}), {*fields.TIMES, *report_fields.TIMES})
    return Mapping(
        columns={key: _names(name, key, value) for key, value in told.get("columns", {}).items()},
        constants={key: _text(name, key, value) for key, value in told.get("constants", {}).items()},
        formats={key: _text(name, key, value) for key, value in told.get("formats", {}).items()},
        values={key: _values(name, key, value) for key, value in told.get("values", {}).items()},
        delimiter=_delimiter(name, options.get("delimiter")),
        sheet=_optional(name, "sheet", options),
        record=cast("RecordKind", _one_of(name, "record", options.get("record", "auto"), get_args(RecordKind))),
        feed=_optional(name, "feed", options),
        date_order=cast("Order | None", _one_of(name, "date_order", options.get("date_order"), get_args(Order))),
        zone=_one_of(name, "zone", options.get("zone"), tuple(NAMED_ZONES)),
        as_of=_moment(name, options.get("as_of")),
        region_codes=cast(
            "Scheme | None", _one_of(name, "region_codes", options.get("region_codes"), get_args(Scheme))
        ),
        automatic=bool(options.get("automatic", "columns" not in told)),
    )


def _only(name: str, what: str, told: dict[str, Any], known: set[str] | frozenset[str]) -> None:
    unknown = sorted(set(told) - known)
    if unknown:
        raise LoadProblem(f"{name}: {what} not known: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")


def _names(name: str, key: str, value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, str) and each.strip() for each in listed):
        raise LoadProblem(f"{name}: [columns] {key} must be a header name or a list of them.")
    return tuple(listed)


def _text(name: str, key: str, value: Any) -> str:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise LoadProblem(f"{name}: {key} must be a text.")
    return str(value)


def _optional(name: str, key: str, options: dict[str, Any]) -> str | None:
    return _text(name, key, options[key]) if key in options else None


def _values(name: str, key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise LoadProblem(f'{name}: [values.{key}] must be a section of "word in the file" = "word here".')
    return {plain(word): _text(name, key, meaning) for word, meaning in value.items()}


def _one_of(name: str, key: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if value is not None and value not in allowed:
        raise LoadProblem(f"{name}: {key} must be one of {', '.join(allowed)}.")
    return value


def _delimiter(name: str, value: Any) -> str | None:
    named = {"tab": "\t", "comma": ",", "semicolon": ";"}.get(value, value) if isinstance(value, str) else value
    if named is not None and (not isinstance(named, str) or len(named) != 1):
        raise LoadProblem(f"{name}: delimiter must be one character, or tab.")
    return named


def _moment(name: str, value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = value
    if moment is not None and (not isinstance(moment, datetime) or moment.tzinfo is None):
        raise LoadProblem(f"{name}: as_of must be a time with its offset, for example 2026-11-20T12:00:00+07:00.")
    return moment
