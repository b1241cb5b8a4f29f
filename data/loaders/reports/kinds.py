"""Which kind of report a table is, told or known by its header, and which column of it holds which field."""

from collections.abc import Set
from dataclasses import dataclass, replace

from data.loaders.columns import how_to_map, seen
from data.loaders.fields import MAIN_TIMES
from data.loaders.files.headers import fields_of
from data.loaders.files.tables import Table
from data.loaders.mappings import Mapping
from data.loaders.options import FILES_FEED, Options
from data.loaders.problems import LoadProblem
from data.loaders.reports import fields
from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import plain

Columns = dict[str, tuple[int, ...]]

_TOLD = vocabulary("reports")


@dataclass(frozen=True)
class Kind:
    """A kind of report: the feed it belongs to, its time, and fields of which each group needs one.

    By `telling` fields a table is known although nobody said what it is: it needs two of them.
    """

    name: str
    feed: str
    time: str
    needs: tuple[frozenset[str], ...]
    telling: frozenset[str]

    def names(self) -> dict[str, str]:
        """Return field by header name; names of the kind come before names of places."""
        return {**by_word(_TOLD["place"]), **by_word(_TOLD[self.name])}

    def columns(self, header: tuple[str, ...]) -> Columns:
        """Return the columns that the header names, each field in its first column."""
        names = self.names()
        told = [(names[plain(name)], at) for at, name in enumerate(header) if plain(name) in names]
        return {name: (at,) for name, at in reversed(told)}


KINDS = {
    "reach": Kind(
        "reach", "kampanye", "day",
        (frozenset({"channel"}), frozenset({"reach", "impressions", "engagements", "target_reach", "posts"})),
        frozenset({"campaign", "hashtag", "frequency", "engagements", "impressions", "reach", "target_reach"}),
    ),
    "activity": Kind(
        "activity", "kegiatan", "starts_at",
        (frozenset({"title", "format"}),),
        frozenset({"format", "attendance", "plays", "partner_kind"}),
    ),
    "qos": Kind(
        "qos", "qos", "measured_at",
        (
            frozenset({"site", "site_name"}),
            frozenset({"value", "download_mbps", "upload_mbps", "latency_ms", "packet_loss_share", "is_available"}),
        ),
        frozenset({"metric", "value", "download_mbps", "upload_mbps", "latency_ms", "packet_loss_share", "is_3t"}),
    ),
}  # fmt: skip

HOAX_FIELDS = frozenset({"title", "issue", "text", "url", "article_url"})
"""Fields of office sheets that say what a hoax is: a table with none of them cannot be one of hoaxes."""


def told(table: Table, options: Options) -> Kind | None:
    """Return the kind of report a table is: as was told, else by its header where only one kind fits, else None.

    Raise `LoadProblem` where several fit.
    """
    named = options.mapping.record if options.format in ("auto", "map") else options.format
    if named in KINDS or options.format != "auto" or options.mapping.columns:
        return KINDS.get(named)
    fitting = [kind for kind in KINDS.values() if _fits(kind, table.header)]
    if len(fitting) > 1:
        either = " or ".join(kind.name for kind in fitting)
        raise LoadProblem(f"{table.name} may be {either}: say which with --as. {seen(table)}")
    return fitting[0] if fitting and not _may_be_hoaxes(table.header, fitting[0]) else None


def _fits(kind: Kind, header: tuple[str, ...]) -> bool:
    columns = kind.columns(header).keys()
    return not missing(kind, columns) and len(kind.telling & columns) > 1


def _may_be_hoaxes(header: tuple[str, ...], kind: Kind) -> bool:
    """Return whether a table names what an office sheet needs in columns that the report has no use for."""
    rest = tuple(name for name in header if plain(name) not in kind.names())
    known = fields_of(rest)
    return not HOAX_FIELDS.isdisjoint(known) or len(known.keys() & set(MAIN_TIMES)) > 1 or "status" in known


def missing(kind: Kind, known: Set[str]) -> list[str]:
    """Return the fields of which a report of the kind needs one and has none, one for each need."""
    return [min(need) for need in (frozenset({kind.time}), *kind.needs) if need.isdisjoint(known)]


def columns_of(table: Table, kind: Kind, mapping: Mapping) -> Columns:
    """Return the columns by field; raise `LoadProblem`, naming the columns seen, where a needed one is missing."""
    columns = kind.columns(table.header) if mapping.automatic else {}
    for name, names in mapping.columns.items():
        columns[name] = _positions(table, names)
    unknown = sorted({*mapping.columns, *mapping.constants} - set(fields.FIELDS[kind.name]))
    if unknown:
        known = ", ".join(fields.FIELDS[kind.name])
        raise LoadProblem(f"A report of {kind.name} has no field '{unknown[0]}'. Known: {known}.")
    gaps = missing(kind, {*columns, *mapping.constants})
    if gaps:
        raise LoadProblem(f"{table.name} has no column that is known as {gaps[0]}. {seen(table)} {how_to_map(gaps[0])}")
    return columns


def _positions(table: Table, names: tuple[str, ...]) -> tuple[int, ...]:
    header = [plain(name) or name for name in table.header]
    wanted = [plain(name) or name for name in names]
    absent = [name for name, word in zip(names, wanted, strict=True) if word not in header]
    if absent:
        raise LoadProblem(f"{table.name} has no column '{absent[0]}'. {seen(table)}")
    return tuple(header.index(word) for word in wanted)


def in_feed_of(kind: Kind, options: Options) -> Options:
    """Return the options with the feed of the kind, unless another than that of files is named."""
    return replace(options, feed_code=kind.feed) if options.feed_code == FILES_FEED else options


def wanted(mapping: Mapping, told: str) -> frozenset[str]:
    """Return header names by which the header of a table is found: those of the mapping and of the kind told."""
    kind = KINDS.get(told) or KINDS.get(mapping.record)
    return mapping.wanted | frozenset(kind.names() if kind else ())
