"""By what two rows of a file are the same content or the same isu, told from the cells alone."""

from typing import Any

from data.keys import stable_id
from data.loaders.files.records import Row
from data.loaders.plans import Plan
from data.loaders.values.categories import without_tag
from data.loaders.values.links import is_one_item, links_in
from data.loaders.words import one_line, plain
from data.recording.links import canonical_url

LONGEST_TITLE = 500
LONGEST_KEY = 300


def links_of(plan: Plan, row: Row, name: str) -> tuple[str, ...]:
    """Return the links in a field's cell."""
    cell = plan.cell(row, name)
    return links_in(cell) if isinstance(cell, str) and cell else ()


def item_link(links: tuple[str, ...]) -> str | None:
    """Return the first link that names one post or article: a bare host names a whole service or site."""
    return next((link for link in links if is_one_item(link)), None)


def title_of(plan: Plan, row: Row) -> str:
    """Return the headline of a row, else its isu, else the beginning of its text, on one line."""
    for name in ("title", "issue", "text"):
        text = one_line(plan.text(row, name), LONGEST_TITLE)
        if text and plain(text):
            return text
    return ""


def issue_words(plan: Plan, row: Row) -> str:
    """Return the words by which rows belong to one isu: its name, else the headline without its label; '' for none."""
    named = plain(one_line(plan.text(row, "issue"), LONGEST_KEY))
    return named or plain(without_tag(title_of(plan, row)))[:LONGEST_KEY]


def group_of(plan: Plan, row: Row) -> int:
    """Return a number that rows of the same content share (rows of different content may share it too)."""
    link = item_link(links_of(plan, row, "url")) or item_link(links_of(plan, row, "article_url"))
    if link:
        return stable_id("url", canonical_url(link))
    reference = plan.text(row, "reference")
    if reference:
        return stable_id("reference", reference)
    return stable_id("title", issue_words(plan, row))


def issue_group_of(plan: Plan, row: Row) -> int:
    """Return a number that rows of the same isu share."""
    return stable_id("issue", issue_words(plan, row))


def reference_of(plan: Plan, row: Row, *parts: Any) -> str:
    """Return the reference of a row without a link: its own, else a digest of its words, its places and `parts`."""
    reference = plan.text(row, "reference")
    if reference:
        return one_line(reference, LONGEST_KEY)
    told = [plan.text(row, name) for name in ("id", "province", "province_code", "regency", "regency_code", "place")]
    return f"{stable_id(plain(title_of(plan, row)), *told, *parts):x}"
