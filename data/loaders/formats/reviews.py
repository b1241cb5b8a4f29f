"""One review of a claim, whatever its markup, turned into isu, clarification and content."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from data.loaders.codes import ORGANISATION_BY_WORD, Codes, publisher_of
from data.loaders.formats.moments import TOLERANCE
from data.loaders.interpreted import Interpreted, Part, Unknowns
from data.loaders.keys import LONGEST_TITLE, canonical
from data.loaders.options import Options
from data.loaders.problems import RowProblem
from data.loaders.values.categories import Category, category, tag_of
from data.loaders.values.dates import DateStyle, Moment, moment
from data.loaders.values.links import LONGEST, is_one_item, links_in
from data.loaders.values.quantities import number
from data.loaders.values.services import from_link, kind_of
from data.loaders.words import one_line, plain


@dataclass(frozen=True)
class Review:
    """A reviewed claim as text: the address of the review, the claim, its rating, times, and where it appeared."""

    url: str
    issue_key: str
    claim: str
    rating: str
    score: tuple[Any, ...]
    claimed: str
    published: str
    publisher: str
    appearances: tuple[str, ...]
    line: int = 0
    cells: Sequence[Any] = field(default=(), compare=False)

    def at_line(self, line: int, cells: Sequence[Any]) -> "Review":
        """Return the review with its number in the document."""
        return replace(self, line=line, cells=cells)


class ReviewReader:
    """Turns reviews into rows of the database.

    `last_of_appearance` tells for each address under several reviews which of them comes last: content belongs to it.
    """

    def __init__(self, codes: Codes, options: Options, style: DateStyle, last_of_appearance: dict[int, int]) -> None:
        """Read with the reference rows of the database that is loaded into; `unknowns` counts what stays open."""
        self.codes = codes
        self.options = options
        self.style = style
        self.last_of_appearance = last_of_appearance
        self.unknowns = Unknowns()

    def interpret(self, review: Review) -> Interpreted:
        """Return what a review says; raise `RowProblem` when it cannot be kept."""
        links, claim = links_in(review.url), one_line(review.claim, LONGEST_TITLE)
        if not links or not is_one_item(links[0]):
            raise RowProblem("the review has no address of its own")
        if not plain(claim):
            raise RowProblem("the review names no claim")
        published, claimed = self._time(review, "published"), self._time(review, "claimed")
        labels = self._labels(review, claim)
        common: Part = {"line": review.line, **({"is_simulated": True} if self.options.is_simulated else {})}
        common |= {"title": claim, "issue_key": f"url:{canonical(links_in(review.issue_key)[0])}"}
        found = Interpreted(review.line, list(review.cells))
        found.parts["clarification"] = [{**common, **self._clarification(review, links[0], published)}]
        found.issue = self._issue(common, published, claimed, labels)
        if labels.verdict != "true":
            places = self._appearances(review, published, claimed)
            found.parts["content"] = [{**common, "harm_id": found.issue["harm_id"], **place} for place in places]
        return found

    def _issue(self, common: Part, published: Moment | None, claimed: Moment | None, labels: Category) -> Part:
        times = [each.at for each in (published, claimed) if each]
        return {
            **{name: value for name, value in common.items() if name != "issue_key"},
            "natural_key": common["issue_key"],
            "first_seen_at": min(times, default=None),
            "verdict": labels.verdict,
            "harm_id": self.codes.harm.get(labels.harm or ""),
            "theme_id": self.codes.theme.get(labels.theme or ""),
        }

    def _clarification(self, review: Review, link: str, published: Moment | None) -> Part:
        told = ORGANISATION_BY_WORD.get(plain(review.publisher)) or publisher_of(link)
        code = told or ("media" if kind_of(link) in {"news", "fact_check"} else "")
        if published is None:
            self.unknowns.add("time")
        return {
            "natural_key": f"url:{canonical(link)}",
            "url": link[:LONGEST],
            "organisation_id": self.codes.organisation.get(code),
            "published_at": published.at if published else None,
        }

    def _appearances(self, review: Review, published: Moment | None, claimed: Moment | None) -> Iterator[Part]:
        """Give the content at which the claim appeared: found when it was reviewed, posted when it was claimed."""
        for address in review.appearances:
            link = next((each for each in links_in(address) if is_one_item(each)), None)
            if link is None or self.last_of_appearance.get(hash(canonical(link)), review.line) != review.line:
                continue
            service = from_link(link)
            if service is None:
                self.unknowns.add("service", kind_of(link))
            yield {
                "natural_key": f"url:{canonical(link)}",
                "url": link[:LONGEST],
                "service_id": self.codes.service.get(service or ""),
                "detected_at": published.at if published else None,
                "posted_at": claimed.at if claimed else None,
                "time_precision": published.precision if published else None,
            }

    def _labels(self, review: Review, claim: str) -> Category:
        told = category(review.rating).completed(_of_score(review.score)).completed(tag_of(claim))
        if review.rating and not category(review.rating).is_known:
            self.unknowns.add("rating", review.rating)
        return told

    def _time(self, review: Review, name: str) -> Moment | None:
        try:
            read = moment(getattr(review, name), self.style)
        except RowProblem as problem:
            raise RowProblem(f"{name}: {problem}") from None
        if read and read.at > self.options.now + TOLERANCE:
            raise RowProblem(f"{name} lies in the future: {read.at:%Y-%m-%d %H:%M} UTC")
        return read


def appearances_of(review: Review) -> Iterator[int]:
    """Give a number for each address at which a claim appeared; it holds for this process only."""
    for address in review.appearances:
        yield from (hash(canonical(link)) for link in links_in(address)[:1])


def _of_score(score: tuple[Any, ...]) -> Category:
    """Return what a rating in figures says: the worst is false, the best true, between them misleading.

    A scale of one step, such as 1 from 1 to 1, says nothing.
    """
    value, worst, best = (number(each) for each in (*score, None, None, None)[:3])
    if value is None or worst is None or best is None or best <= worst or not worst <= value <= best:
        return Category()
    if value == worst:
        return Category(verdict="false", harm="disinformation")
    return Category(verdict="true") if value == best else Category(verdict="misleading", harm="disinformation")
