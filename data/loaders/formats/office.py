"""Rows of an office sheet or of an export of articles: what each says of isu, konten, requests, clarifications."""

from dataclasses import dataclass
from datetime import datetime

from data.loaders.codes import Codes
from data.loaders.files.records import Row
from data.loaders.formats.labels import labels_of
from data.loaders.formats.moments import main_moment, moments_of
from data.loaders.formats.requests import appeal_part, request_part
from data.loaders.formats.subjects import organisation_of, place_of, service_of, source_of
from data.loaders.interpreted import Interpreted, Part, Unknowns
from data.loaders.keys import Seen, canonical, reference_of
from data.loaders.plans import Plan
from data.loaders.problems import RowProblem
from data.loaders.values.categories import Category
from data.loaders.values.dates import Moment
from data.loaders.values.links import LONGEST
from data.loaders.values.quantities import whole
from data.loaders.values.services import kind_of
from data.loaders.words import is_unknown


@dataclass(frozen=True, slots=True)
class Reading:
    """One row as read: what it shows at first sight, its links to the post and to the clarification, times, labels."""

    seen: Seen
    links: tuple[str, ...]
    item: str | None
    article: str | None
    moments: dict[str, Moment]
    counted: Moment | None
    labels: Category

    @property
    def row(self) -> Row:
        """The row itself."""
        return self.seen.row

    def at(self, name: str) -> datetime | None:
        """Return one of its times."""
        moment = self.moments.get(name)
        return moment.at if moment else None


class OfficeReader:
    """Turns the rows of one table into rows of the database by its plan."""

    def __init__(self, plan: Plan, codes: Codes, feed_code: str, now: datetime, *, is_simulated: bool) -> None:
        """Read with the reference rows of the database that is loaded into; `unknowns` counts what stays open."""
        self.plan = plan
        self.codes = codes
        self.feed_code = feed_code
        self.now = now
        self.common: Part = {"is_simulated": True} if is_simulated else {}
        self.unknowns = Unknowns()

    def interpret(self, seen: Seen) -> Interpreted:
        """Return what a row says; raise `RowProblem` when it cannot be kept."""
        if not seen.title and not seen.links and not seen.articles:
            raise RowProblem("neither a headline nor a link")
        moments = moments_of(self.plan, seen.row, self.now)
        counted = main_moment(self.plan, moments)
        if counted is None and not seen.links and not seen.articles:
            raise RowProblem("neither a time nor a link")
        is_article, is_content = self._what(seen.links, seen.articles)
        reading = Reading(
            seen=seen,
            links=() if is_article else seen.links,
            item=None if is_article else seen.item,
            article=seen.article or (seen.item if is_article else None),
            moments=moments,
            counted=counted,
            labels=labels_of(self.plan, seen.row, seen.title, self.codes, self.unknowns),
        )
        return self._rows(reading, is_content=is_content and not self._is_true_claim(reading))

    def _is_true_claim(self, reading: Reading) -> bool:
        """Return whether the claim was found true: an isu that was looked into, but no hoax content."""
        if reading.labels.verdict != "true" or self.plan.is_takedown_sheet:
            return False
        self.unknowns.odd["the claim was found true: an isu, but no konten"] += 1
        return True

    def _what(self, links: tuple[str, ...], articles: tuple[str, ...]) -> tuple[bool, bool]:
        """Return whether the row's own link is a published clarification, and whether the row is content."""
        record = self.plan.record
        if record == "auto":
            is_article = bool(links) and not articles and kind_of(links[0]) in {"fact_check", "news"}
            return is_article, not is_article
        if record == "both":
            return True, True
        return record == "clarification", record == "content"

    def _rows(self, reading: Reading, *, is_content: bool) -> Interpreted:
        found = Interpreted(reading.row.line, reading.row.cells)
        found.issue = self._issue(reading, is_content=is_content)
        issue_key = found.issue["natural_key"] if found.issue else None
        if reading.counted is None:
            self.unknowns.add("time")
        if not reading.seen.links:
            self._count_odd_link(reading.row)
        if is_content:
            content = self._content(reading, issue_key)
            found.parts = {"content": [content], **self._request(reading, content["natural_key"])}
        if reading.article and issue_key and self.plan.record != "issue":
            found.parts["clarification"] = [self._clarification(reading, reading.article, issue_key)]
        return found

    def _content(self, reading: Reading, issue_key: str | None) -> Part:
        row, counted, labels = reading.row, reading.counted, reading.labels
        service = service_of(self.plan, row, reading.links, self.unknowns)
        place = place_of(self.plan, row, self.codes.regions, self.unknowns)
        return {
            "natural_key": f"url:{canonical(reading.item)}" if reading.item else self._reference(reading, service),
            "issue_key": issue_key,
            "title": reading.seen.title or None,
            "url": reading.links[0][:LONGEST] if reading.links else None,
            "service_id": self._id("service", service),
            "province_code": place.province_code,
            "regency_code": place.regency_code,
            "theme_id": self._id("theme", labels.theme),
            "harm_id": self._id("harm", labels.harm),
            "technique_id": self._id("technique", labels.technique),
            "source_id": self._id("source", source_of(self.plan, row, self.unknowns)),
            "views": self._views(row),
            "posted_at": reading.at("posted_at"),
            "detected_at": counted.at if counted else None,
            "verified_at": reading.at("verified_at"),
            "time_precision": counted.precision if counted else None,
            **self._told(row),
        }

    def _request(self, reading: Reading, content_key: str) -> dict[str, list[Part]]:
        """Return the takedown request the row tells of, and the appeal by which it was undone."""
        row, moments = reading.row, reading.moments
        request, is_reinstated = request_part(self.plan, row, moments, self.codes, self.unknowns)
        if request is None:
            return {}
        common = {"content_key": content_key, **self._told(row)}
        parts = {"takedown_request": [{**common, **request}]}
        return {**parts, "appeal": [{**common, **appeal_part(moments)}]} if is_reinstated else parts

    def _issue(self, reading: Reading, *, is_content: bool) -> Part | None:
        """Return the isu of a row: an article has one of its own, rows of the same headline share one."""
        words, named = reading.seen.words, reading.seen.issue
        if not words:
            return None
        has_own = reading.article and not is_content and not named
        return {
            "natural_key": f"url:{canonical(reading.article)}" if has_own and reading.article else self._isu(words),
            "title": named or reading.seen.title,
            "first_seen_at": reading.counted.at if reading.counted else None,
            "theme_id": self._id("theme", reading.labels.theme),
            "harm_id": self._id("harm", reading.labels.harm),
            "verdict": reading.labels.verdict,
            **self._told(reading.row),
        }

    def _clarification(self, reading: Reading, article: str, issue_key: str) -> Part:
        published = reading.at("published_at") or (reading.counted.at if reading.counted else None)
        return {
            "issue_key": issue_key,
            "natural_key": f"url:{canonical(article)}",
            "url": article[:LONGEST],
            "title": reading.seen.title or None,
            "organisation_id": self._id("organisation", organisation_of(self.plan, reading.row, article)),
            "published_at": published,
            **self._told(reading.row),
        }

    def _isu(self, words: str) -> str:
        return f"{self.feed_code}:isu:{words}"

    def _reference(self, reading: Reading, service: str | None) -> str:
        counted = reading.counted.at.isoformat() if reading.counted else ""
        return f"{self.feed_code}:{reference_of(self.plan, reading.seen, service, counted)}"

    def _views(self, row: Row) -> int | None:
        cell = self.plan.cell(row, "views")
        value = whole(cell)
        if value is None and cell != "" and not (isinstance(cell, str) and is_unknown(cell)):
            self.unknowns.add("views", str(cell))
        return value

    def _count_odd_link(self, row: Row) -> None:
        text = self.plan.text(row, "url")
        if not is_unknown(text):
            self.unknowns.add("link", text)

    def _id(self, dimension: str, code: str | None) -> int | None:
        ids: dict[str, int] = getattr(self.codes, dimension)
        return ids.get(code) if code else None

    def _told(self, row: Row) -> Part:
        return {**self.common, "line": row.line}
