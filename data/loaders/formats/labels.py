"""What the label columns of a row, and the label before its headline, say."""

from data.loaders.codes import Codes
from data.loaders.files.records import Row
from data.loaders.interpreted import Unknowns
from data.loaders.plans import Plan
from data.loaders.values.categories import Category, category, tag_of, truth_of_hoax_flag
from data.loaders.values.statuses import standing
from data.loaders.words import is_unknown, plain

NAMES = ("verdict", "harm", "technique", "theme")
VERDICTS = frozenset({"false", "misleading", "satire", "true", "unproven"})


def labels_of(plan: Plan, row: Row, title: str, codes: Codes, unknowns: Unknowns) -> Category:
    """Return what the row is said to be.

    What a column made for one thing says of it comes first, then the general label, then what such columns say of
    other things ("Fitnah / Hasut" under topic), then the label before the headline.
    """
    found, beside = Category(), Category()
    for name in NAMES:
        if name in plan.known:
            own, other = _one(plan, row, name, codes, unknowns)
            found, beside = found.completed(own), beside.completed(other)
    flag = plan.text(row, "hoax_flag")
    if not is_unknown(flag):
        found = found.completed(truth_of_hoax_flag(flag))
    return found.completed(_general(plan, row, codes, unknowns)).completed(beside).completed(tag_of(title))


def _general(plan: Plan, row: Row, codes: Codes, unknowns: Unknowns) -> Category:
    text = plan.text(row, "category")
    status = plan.text(row, "status")
    by_status = category(status) if status and standing(status) is None else Category()
    if is_unknown(text):
        return by_status
    known = Category(*(_named(name, text, codes) for name in NAMES)).completed(category(text))
    if not known.is_known:
        unknowns.add("category", text)
    return known.completed(by_status)


def _one(plan: Plan, row: Row, name: str, codes: Codes, unknowns: Unknowns) -> tuple[Category, Category]:
    """Return what a column made for one thing says of it, and what it says of others."""
    text = plan.text(row, name)
    if is_unknown(text):
        return Category(), Category()
    told = category(text)
    own = _named(name, text, codes) or getattr(told, name)
    if own is None and not told.is_known:
        unknowns.add(name, text)
    return (Category(**{name: own}), Category()) if own else (Category(), told)


def _named(name: str, text: str, codes: Codes) -> str | None:
    if name == "verdict":
        return plain(text) if plain(text) in VERDICTS else None
    return codes.by_name(name, text)
