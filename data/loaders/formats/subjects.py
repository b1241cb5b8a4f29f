"""Who and where of a row: service, region, detection source, publisher."""

from data.loaders.codes import ORGANISATION_BY_WORD, SOURCE_BY_WORD, publisher_of
from data.loaders.files.records import Row
from data.loaders.interpreted import Unknowns
from data.loaders.plans import Plan
from data.loaders.values.regions import Place, Regions
from data.loaders.values.services import from_link, from_name, kind_of
from data.loaders.words import is_unknown, plain

PLACES = ("province_code", "province", "regency_code", "regency", "place")


def service_of(plan: Plan, row: Row, links: tuple[str, ...], unknowns: Unknowns) -> str | None:
    """Return the service.code a row names, else that of its first link, else None, counted."""
    named = plan.text(row, "service")
    told = None if is_unknown(named) else from_name(named)
    if told is None and not plan.has("service"):
        told = from_name(plan.text(row, "source"))
    by_link = next((code for code in map(from_link, links) if code), None)
    if told and by_link and by_link not in {told, "website"}:
        unknowns.odd["the service named is not that of the link: the name counts"] += 1
    found = told or by_link
    if found is None:
        unknowns.add("service", named or (kind_of(links[0]) if links else ""))
    return found


def place_of(plan: Plan, row: Row, regions: Regions, unknowns: Unknowns) -> Place:
    """Return where a row lies by its province and kabupaten columns, else by its one place column."""
    if not plan.has(*PLACES):
        unknowns.add("province")
        return Place()
    province, regency = plan.text(row, "province_code"), plan.text(row, "regency_code")
    by_code = regions.place(province, regency, plan.scheme)
    by_name = regions.place(plan.text(row, "province"), plan.text(row, "regency"))
    found = _agreed(by_code, by_name)
    if found == Place():
        found = regions.anywhere(plan.text(row, "place"), plan.scheme)
    if found.note:
        told = [plan.text(row, name) for name in PLACES]
        unknowns.add(f"region: {found.note}", " / ".join(text for text in told if text))
    if found.province_code is None:
        unknowns.add("province")
    return found


def _agreed(by_code: Place, by_name: Place) -> Place:
    """Return the more exact of the two; where they name different provinces, none."""
    if by_code.province_code and by_name.province_code and by_code.province_code != by_name.province_code:
        return Place(note="code and name are of different provinces")
    province = by_code.province_code or by_name.province_code
    regency = by_code.regency_code or by_name.regency_code
    note = None if regency else by_name.note or (None if province else by_code.note)
    return Place(province, regency, note)


def source_of(plan: Plan, row: Row, unknowns: Unknowns) -> str | None:
    """Return the detection_source.code a row names, or None; a word that is none is counted unless it is a service."""
    text = plan.text(row, "source")
    if is_unknown(text):
        return None
    code = SOURCE_BY_WORD.get(plain(text)) or (
        plain(text) if plain(text) in ("public", "partner", "automatic") else None
    )
    if code is None and plain(text) == "cyber patrol":
        return "cyber_patrol"
    if code is None and (plan.has("service") or from_name(text) is None):
        unknowns.add("source", text)
    return code


def organisation_of(plan: Plan, row: Row, article: str | None) -> str | None:
    """Return the organisation.code that published an article, by its name or its link; a person is none."""
    named = ORGANISATION_BY_WORD.get(plain(plan.text(row, "organisation")))
    if named or article is None:
        return named
    return publisher_of(article) or ("media" if kind_of(article) in ("news", "fact_check") else None)
