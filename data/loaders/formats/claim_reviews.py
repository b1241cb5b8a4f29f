"""ClaimReview JSON-LD (object, list, @graph, DataFeed) and answers of the Fact Check API.

Each reviewed claim becomes an isu with its published clarification; each address at which the claim appeared becomes
content, unless the review finds the claim true. The line of an entry is its number in the document.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from data.loaders import styles
from data.loaders.codes import Codes
from data.loaders.files.documents import GOES_ON, entries
from data.loaders.files.records import Row
from data.loaders.files.sources import Source
from data.loaders.formats.reviews import Review, ReviewReader, appearances_of
from data.loaders.options import Options
from data.loaders.prepared import GroupNumbers, Groups, Prepared, lasts
from data.loaders.problems import LoadProblem
from data.loaders.values.date_orders import OrderEvidence
from data.loaders.values.dates import WIB
from data.loaders.words import without_hidden

Node = Mapping[str, Any]

WITHIN = (
    "item",
    "@graph",
    "dataFeedElement",
    "itemListElement",
    "claims",
    "mainEntity",
    "review",
    "hasPart",
    "subjectOf",
)
"""Keys under which an entry that is no review itself may hold reviews."""


def prepare(source: Source, codes: Codes, options: Options) -> Prepared[Review]:
    """Survey a JSON document and return its reviews ready to be loaded; raise `LoadProblem` when it holds none."""
    found = _Found(today=options.now.astimezone(WIB).date())
    for entry in entries(source):
        found.add(entry)
        if found.reviews % 500 == 0:
            options.progress(source.name, "survey", found.reviews, None)
    if not found.reviews:
        raise LoadProblem(
            f"{source.name} is JSON, but holds no ClaimReview, no answer of the Fact Check API and no map."
        )
    order, style = styles.decided(found.order, options.mapping, options.as_of)
    reader = ReviewReader(codes, options, style, found.last_of_appearance())
    return Prepared(
        name=source.name,
        format="claimreview",
        header=("url", "claim", "rating", "claimed", "published"),
        row_count=found.reviews,
        rows=partial(_rows, source),
        look=_review,
        numbers=found.groups,
        interpret=reader.interpret,
        unknowns=reader.unknowns,
        notes=[*found.notes(), *([styles.sentence(order)] if order.order else [])],
        date_order=order.order,
    )


@dataclass
class _Found:
    """What one pass over a document found: reviews, other entries, and the groups."""

    today: date
    reviews: int = 0
    beside: int = 0
    goes_on: bool = False
    order: OrderEvidence = field(default_factory=OrderEvidence)
    groups: GroupNumbers = field(default_factory=GroupNumbers)
    appearances: "array[int]" = field(default_factory=lambda: array("q"))
    review_of: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, entry: Any) -> None:
        """Count one entry."""
        if isinstance(entry, dict) and entry.keys() == {GOES_ON}:
            self.goes_on = True
            return
        before = self.reviews
        for review in reviews_in(entry):
            self.reviews += 1
            self.order.add(review.published, self.today)
            self.order.add(review.claimed, self.today)
            self.groups.add(groups_of(review))
            for number in appearances_of(review):
                self.appearances.append(number)
                self.review_of.append(self.reviews)
        self.goes_on = self.goes_on and self.reviews == before
        self.beside += self.reviews == before

    def notes(self) -> list[str]:
        """Return what was found, in words; an answer whose last page says that there are further ones is not whole."""
        notes = [f"{self.reviews} reviewed claims; other entries: {self.beside}", "counted by the date of the review"]
        return [*notes, "the answer has further pages (nextPageToken): load them too"] if self.goes_on else notes

    def last_of_appearance(self) -> dict[int, int]:
        """Return the last review of each address that stands under several."""
        return {number: self.review_of[at] for number, at in lasts(self.appearances).items()}


def _rows(source: Source) -> Iterator[Row]:
    reviews = (review for entry in entries(source) for review in reviews_in(entry))
    for number, review in enumerate(reviews, start=1):
        yield Row(number, [review.url, review.claim, review.rating, review.claimed, review.published, review])


def _review(row: Row) -> Review:
    review: Review = row.cells.pop()
    row.cells[:] = [str(cell) for cell in row.cells]
    return review.at_line(row.line, row.cells)


def groups_of(review: Review) -> Groups:
    """Return one number for the reviews of a claim: their content and their isu come together."""
    return hash(review.issue_key), hash(review.issue_key)


def reviews_in(entry: Any) -> Iterator[Review]:
    """Give the reviews in an entry: itself, or under `WITHIN` or claimReview."""
    if isinstance(entry, list):
        for each in entry:
            yield from reviews_in(each)
    elif isinstance(entry, dict):
        if "claimReview" in entry:
            yield from _of_answer(entry)
        elif "ClaimReview" in _types(entry):
            yield _of_markup(entry)
        else:
            for key in WITHIN:
                yield from reviews_in(entry.get(key))


def _types(node: Node) -> set[str]:
    told = node.get("@type", ())
    names = told if isinstance(told, list) else [told]
    return {name.rpartition("/")[2].rpartition(":")[2] for name in names if isinstance(name, str)}


def _of_markup(node: Node) -> Review:
    item, rating = _node(node, "itemReviewed"), _node(node, "reviewRating")
    seen = [*_addresses(item.get("firstAppearance")), *_addresses(item.get("appearance"))]
    url = _text(node, "url") or _text(node, "@id") or _text(node, "mainEntityOfPage")
    return Review(
        url=url,
        issue_key=url,
        claim=_text(node, "claimReviewed") or _text(item, "name") or _text(item, "text") or _text(node, "name"),
        rating=_text(rating, "alternateName") or _text(rating, "ratingExplanation"),
        score=tuple(rating.get(name) for name in ("ratingValue", "worstRating", "bestRating")),
        claimed=_text(item, "datePublished") or _text(item, "dateCreated"),
        published=_text(node, "datePublished") or _text(node, "dateCreated"),
        publisher=_text(_node(node, "author"), "name") or _text(_node(node, "publisher"), "name"),
        appearances=tuple(dict.fromkeys(seen)),
    )


def _of_answer(claim: Node) -> Iterator[Review]:
    """Give the reviews of one claim of the Fact Check API; they are of one isu."""
    told = claim.get("claimReview")
    reviews = [each for each in (told if isinstance(told, list) else [told]) if isinstance(each, dict)]
    for each in reviews:
        publisher = _node(each, "publisher")
        yield Review(
            url=_text(each, "url"),
            issue_key=_text(reviews[0], "url"),
            claim=_text(claim, "text") or _text(each, "title"),
            rating=_text(each, "textualRating"),
            score=(),
            claimed=_text(claim, "claimDate"),
            published=_text(each, "reviewDate"),
            publisher=_text(publisher, "name") or _text(publisher, "site"),
            appearances=(),
        )


def _node(node: Node, name: str) -> Node:
    value = node.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, dict) else {}


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    if isinstance(value, dict):
        value = value.get("@value") or value.get("@id")
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str)), "")
    if isinstance(value, str):
        return without_hidden(value).strip()
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _addresses(value: Any) -> Iterator[str]:
    """Give the addresses of an appearance: a text, an object with url, or a list of them."""
    if isinstance(value, list):
        for each in value:
            yield from _addresses(each)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _addresses(value.get("url") or value.get("@id"))
