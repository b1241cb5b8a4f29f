"""The takedown request a row tells of: its times, how it stands, and whether it was undone."""

from data.loaders.codes import ORGANISATION_BY_WORD, URGENT, Codes
from data.loaders.files.records import Row
from data.loaders.interpreted import Part, Unknowns
from data.loaders.plans import Plan
from data.loaders.values.categories import category
from data.loaders.values.dates import Moment
from data.loaders.values.statuses import Standing, standing
from data.loaders.words import is_unknown, plain

COPIED = ("received_at", "verified_at", "actioned_at", "confirmed_down_at", "reappeared_at")


def request_part(
    plan: Plan, row: Row, moments: dict[str, Moment], codes: Codes, unknowns: Unknowns
) -> tuple[Part | None, bool]:
    """Return the columns of the row's takedown request, None where it tells of none, and whether it was undone."""
    stands = _standing(plan, row, unknowns)
    if not _is_told(plan, moments, stands):
        return None, False
    sent = moments.get("notified_at") or moments.get("reported_at")
    times = {name: moments[name].at for name in COPIED if name in moments}
    if sent:
        times["notified_at"] = sent.at
    outcome = _outcome(stands, moments, unknowns)
    _count_odd(moments, sent, unknowns)
    request: Part = {
        **times,
        "outcome_id": codes.outcome[outcome],
        "time_precision": _precision(moments, sent),
        "organisation_id": codes.organisation.get(ORGANISATION_BY_WORD.get(plain(plan.text(row, "organisation")), "")),
        "urgency": "urgent" if plain(plan.text(row, "urgency")) in URGENT else None,
    }
    return request, stands is not None and stands.is_reinstated


def appeal_part(moments: dict[str, Moment]) -> Part:
    """Return the columns of the upheld appeal by which a removal was undone."""
    reinstated = moments.get("reinstated_at")
    return {"result": "upheld", "reinstated_at": reinstated.at if reinstated else None}


def _standing(plan: Plan, row: Row, unknowns: Unknowns) -> Standing | None:
    text = plan.text(row, "status")
    if is_unknown(text):
        return None
    stands = standing(text)
    if stands is None and not category(text).is_known:
        unknowns.add("status", text)
    return stands


def _is_told(plan: Plan, moments: dict[str, Moment], stands: Standing | None) -> bool:
    asked = moments.keys() & {"reported_at", "notified_at", "received_at", "actioned_at"}
    return plan.is_takedown_sheet and bool(asked or stands)


def _outcome(stands: Standing | None, moments: dict[str, Moment], unknowns: Unknowns) -> str:
    """Return how the request ended: a time of action means an end, whatever the status says."""
    if stands and stands.outcome != "open":
        return stands.outcome
    if "actioned_at" not in moments:
        return "open"
    if stands:
        unknowns.odd["a time of removal although the status is open: taken as removed"] += 1
    return "removed"


def _precision(moments: dict[str, Moment], sent: Moment | None) -> str:
    ends = [moments.get("received_at") or sent, moments.get("actioned_at")]
    return "day" if any(end and end.precision == "day" for end in ends) else "second"


def _count_odd(moments: dict[str, Moment], sent: Moment | None, unknowns: Unknowns) -> None:
    start, end = moments.get("received_at") or sent, moments.get("actioned_at")
    if start and end and end.at < start.at:
        unknowns.odd["removed before it was reported: kept, without latency"] += 1
