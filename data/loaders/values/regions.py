"""Regions by name, alias, Kemendagri or BPS code. What can mean two regions is refused and said, never guessed."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlalchemy import Connection, select

from data.loaders.words import is_unknown, plain
from data.reference.files import cells
from data.tables import region

Scheme = Literal["kemendagri", "bps"]

CODE = re.compile(r"(\d{2})(?:\.0)?|(\d{2})\.(\d{2})|(\d{2})(\d{2})(?:\.0)?")
KIND = re.compile(
    r"^(kota|kab|kabupaten|kodya|kotamadya)(?: administrasi| adm)? |^(?:adm|administrasi) (kota|kab|kabupaten) "
)
EVERYWHERE = frozenset(
    {
        "nasional",
        "indonesia",
        "seluruh indonesia",
        "nusantara",
        "semua provinsi",
        "luar negeri",
        "national",
        "nation wide",
        "lintas provinsi",
    }
)
ELSEWHERE = "kabupaten or kota lies in another province"
SAME_WORDS = ((re.compile(r"\bkep\b"), "kepulauan"), (re.compile(r"\b(?:prov|provinsi|propinsi|province)\b ?"), ""))


@dataclass(frozen=True)
class Place:
    """Kemendagri codes of a province and a kabupaten or kota; `note` says what could not be decided."""

    province_code: str | None = None
    regency_code: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Regency:
    """One kabupaten or kota of the region table."""

    code: str
    province_code: str
    kind: str


class Regions:
    """The region table, to be asked by name or code."""

    def __init__(self, connection: Connection) -> None:
        """Read the region table and the other names of provinces."""
        columns = region.c
        statement = select(
            columns.code, columns.parent_code, columns.kind, columns.name, columns.name_official, columns.bps_code
        )
        self._provinces: dict[str, str] = {}
        self._regencies: dict[str, set[Regency]] = defaultdict(set)
        self._codes: dict[str, str | None] = {}
        self._bps: dict[str, str] = {}
        for row in connection.execute(statement.order_by(columns.code)):
            self._codes[row.code] = row.parent_code
            if row.bps_code:
                self._bps[row.bps_code] = row.code
            for name in (row.name, row.name_official):
                self._add(row.code, row.parent_code, row.kind, name)
        self.place = lru_cache(maxsize=16_384)(self._place)
        self.anywhere = lru_cache(maxsize=16_384)(self._anywhere)
        for alias in cells("region_aliases"):
            self._provinces.setdefault(_key(plain(alias["alias"])), alias["code"])

    def _add(self, code: str, parent: str | None, kind: str, name: str) -> None:
        if parent is None:
            self._provinces[_key(plain(name))] = code
        else:
            self._regencies[_key(KIND.sub("", plain(name)))].add(Regency(code, parent, kind))

    @property
    def parents(self) -> dict[str, str | None]:
        """Kemendagri code of the province of each kabupaten and kota, None for a province."""
        return self._codes

    def _place(self, province: str, regency: str, scheme: Scheme | None = None) -> Place:
        """Return where a row's two cells lie; either may be empty."""
        found = self._province(province, scheme)
        if is_unknown(regency):
            return found
        return self._within(found, regency, scheme)

    def _anywhere(self, text: str, scheme: Scheme | None = None) -> Place:
        """Return where a cell lies that may name a province, a kabupaten or kota, or both with a comma."""
        found = self._province(text, scheme)
        if found.note is None:
            return found
        pieces = [piece.strip() for piece in re.split(r"[,;/|]| - ", text) if piece.strip()]
        provinces = {place.province_code for place in (self._province(piece, scheme) for piece in pieces)} - {None}
        if len(provinces) > 1:
            return Place(note="several provinces")
        known = Place(next(iter(provinces), None))
        others = [piece for piece in pieces if self._province(piece, scheme).province_code is None]
        return self._within(known, others[0], scheme) if others else known

    def schemes_of(self, code: str, name: str) -> set[Scheme]:
        """Return the schemes in which a code exists and means the region that is named beside it, if one is."""
        possible: dict[Scheme, str | None] = {
            "kemendagri": self._by_code(code, "kemendagri"),
            "bps": self._by_code(code, "bps"),
        }
        if possible["kemendagri"] == possible["bps"]:
            return {"kemendagri", "bps"}
        named = self.named(name)
        return {scheme for scheme, found in possible.items() if found and (not named or found in named)}

    def is_of_bps(self, code: str) -> bool:
        """Return whether BPS has a region of this code."""
        return self._by_code(code, "bps") is not None

    def named(self, name: str) -> set[str]:
        """Return the Kemendagri codes of all regions that a name may mean."""
        words = plain(name)
        return {code for code in [self._provinces.get(_key(words))] if code} | {
            each.code for each in self._candidates(words)
        }

    def _province(self, text: str, scheme: Scheme | None) -> Place:
        words = plain(text)
        if is_unknown(text) or words in EVERYWHERE:
            return Place()
        if CODE.fullmatch(text.strip()):
            return self._coded(text.strip(), scheme)
        code = self._provinces.get(_key(words))
        return Place(code) if code else Place(note="province not known")

    def _coded(self, code: str, scheme: Scheme | None) -> Place:
        schemes: tuple[Scheme, ...] = (scheme,) if scheme else ("kemendagri", "bps")
        found = {self._by_code(code, each) for each in schemes} - {None}
        if len(found) > 1:
            return Place(note="code means one region of Kemendagri and another of BPS")
        if not found:
            return Place(note="code not known")
        only = str(found.pop())
        parent = self._codes[only]
        return Place(only) if parent is None else Place(parent, only)

    def _by_code(self, text: str, scheme: Scheme) -> str | None:
        found = CODE.fullmatch(text.strip())
        if found is None:
            return None
        province, dotted_province, dotted, left, right = found.groups()
        if dotted:
            code = f"{dotted_province}.{dotted}"
            return code if code in self._codes else None
        if scheme == "bps":
            return self._bps.get(province or f"{left}{right}")
        code = province or f"{left}.{right}"
        return code if code in self._codes else None

    def _within(self, province: Place, text: str, scheme: Scheme | None) -> Place:
        if CODE.fullmatch(text.strip()):
            found = self._coded(text.strip(), scheme)
            if found.regency_code is None:
                is_own = found.note or province.province_code in (None, found.province_code)
                return Place(province.province_code or found.province_code, None, found.note if is_own else ELSEWHERE)
            candidates = {Regency(found.regency_code, str(found.province_code), "")}
        else:
            candidates = self._candidates(plain(text))
        inside = {each for each in candidates if province.province_code in (None, each.province_code)}
        if len(inside) == 1:
            only = inside.pop()
            return Place(only.province_code, only.code)
        return Place(province.province_code, None, _why(candidates, inside, province))

    def _candidates(self, words: str) -> set[Regency]:
        whole = self._regencies.get(_key(words), set())
        kind = KIND.match(f"{words} ")
        if not kind or whole:
            return whole
        wanted = "kota" if "ko" in (kind[1] or kind[2]) else "kabupaten"
        return {each for each in self._regencies.get(_key(KIND.sub("", words)), set()) if each.kind == wanted}


def _why(candidates: set[Regency], inside: set[Regency], province: Place) -> str:
    if len(inside) > 1:
        return "name of more than one kabupaten or kota"
    if candidates and province.province_code:
        return ELSEWHERE
    return province.note or "kabupaten or kota not known"


def _key(words: str) -> str:
    for pattern, word in SAME_WORDS:
        words = pattern.sub(word, words)
    return words.replace(" ", "")
