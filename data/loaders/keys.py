"""By what two rows of a file are the same content or the same isu, told from the cells alone."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from data.keys import stable_id
from data.loaders.files.records import Row
from data.loaders.plans import Plan
from data.loaders.values.categories import without_tag
from data.loaders.values.links import is_one_item, links_in
from data.loaders.words import has_letters, is_unknown, one_line, plain
from data.recording.links import canonical_url

LONGEST_TITLE = 500
LONGEST_KEY = 300

canonical = lru_cache(maxsize=4_096)(canonical_url)
"""One spelling for all links to the same post; remembered for the row at hand."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a row shows at first sight: its headline, its links, and the words by which rows belong to one isu."""

    row: Row
    title: str
    links: tuple[str, ...]
    articles: tuple[str, ...]
    issue: str
    words: str

    @property
    def item(self) -> str | None:
        """Its first link that names one post or article: a bare host names a whole service or site."""
        return next((link for link in self.links if is_one_item(link)), None)

    @property
    def article(self) -> str | None:
        """Its first link to one published clarification, where that has a column of its own."""
        return next((link for link in self.articles if is_one_item(link)), None)


def look(plan: Plan, row: Row) -> Seen:
    """Return what a row shows at first sight."""
    issue = one_line(plan.text(row, "issue"), LONGEST_KEY)
    title = _title(plan, row, issue)
    words = (plain(issue) or plain(without_tag(title)))[:LONGEST_KEY]
    return Seen(row, title, _links(plan, row, "url"), _links(plan, row, "article_url"), issue, words)


def _links(plan: Plan, row: Row, name: str) -> tuple[str, ...]:
    cell = plan.cell(row, name)
    return links_in(cell) if cell and isinstance(cell, str) else ()


def _title(plan: Plan, row: Row, issue: str) -> str:
    """Return the headline of a row, else its isu, else the beginning of its text, on one line."""
    title = one_line(plan.text(row, "title"), LONGEST_TITLE)
    if has_letters(title) and not is_unknown(title):
        return title
    if has_letters(issue) and not is_unknown(issue):
        return issue
    text = one_line(plan.text(row, "text"), LONGEST_TITLE)
    return text if has_letters(text) and not is_unknown(text) else ""


def groups_of(plan: Plan, seen: Seen) -> tuple[int, int]:
    """Return a number that rows of the same content share, and one that rows of the same isu share.

    Rows of different content may share a number too. The numbers hold for this process only.
    """
    link = seen.item or seen.article
    own = canonical(link) if link else plan.text(seen.row, "reference") or seen.words
    return hash(own), hash(seen.words)


def reference_of(plan: Plan, seen: Seen, *parts: Any) -> str:
    """Return the reference of a row without a link: its own, else a digest of its words, its places and `parts`."""
    reference = plan.text(seen.row, "reference")
    if reference:
        return one_line(reference, LONGEST_KEY)
    names = ("id", "province", "province_code", "regency", "regency_code", "place")
    told = [plan.text(seen.row, name) for name in names]
    return f"{stable_id(plain(seen.title), *told, *parts):x}"
