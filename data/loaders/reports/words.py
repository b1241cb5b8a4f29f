"""Words of reports turned into ids. What is part of a row's key is known or the row is refused: it is never guessed."""

from data.loaders.codes import Codes
from data.loaders.files.records import Row
from data.loaders.interpreted import Unknowns
from data.loaders.plans import Plan
from data.loaders.problems import RowProblem
from data.loaders.values.categories import category
from data.loaders.values.quantities import whole
from data.loaders.values.services import from_name
from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import is_unknown, plain

_TOLD = vocabulary("reports")
CHANNELS, CAMPAIGNS, FORMATS, PARTNERS = (by_word(_TOLD[name]) for name in ("channel", "campaign", "format", "partner"))
METRICS, TRUTHS = by_word(_TOLD["metric"]), by_word(_TOLD["truth"])


def campaign_id(text: str, codes: Codes) -> int:
    """Return campaign.id by name, 0 for an empty cell; raise `RowProblem` for a name that is not known."""
    if is_unknown(text):
        return 0
    code = codes.by_name("campaign", text) or CAMPAIGNS.get(plain(text))
    if code is None:
        raise RowProblem(f"the campaign '{text[:60]}' is not known")
    return codes.campaign[code]


def channel_of(text: str, codes: Codes) -> str:
    """Return channel.code by name; raise `RowProblem` for an empty cell or a name that is not known."""
    code = codes.by_name("channel", text) or CHANNELS.get(plain(text)) or from_name(text)
    if code is None or code not in codes.channel or not codes.channel[code]:
        raise RowProblem(f"the channel '{text[:60]}' is not known" if text else "the row names no channel")
    return code


def theme_id(text: str, codes: Codes) -> int:
    """Return theme.id by name, 0 for an empty cell; raise `RowProblem` for a word that is not known."""
    if is_unknown(text):
        return 0
    code = codes.by_name("theme", text) or category(text).theme
    if code is None:
        raise RowProblem(f"the theme '{text[:60]}' is not known")
    return codes.theme[code]


def count_of(plan: Plan, row: Row, name: str, unknowns: Unknowns) -> int | None:
    """Return the whole number of a cell, None where it says nothing; a cell that is no number is counted."""
    cell = plan.cell(row, name)
    if cell == "" or (isinstance(cell, str) and is_unknown(cell.strip())):
        return None
    found = whole(cell)
    if found is None:
        unknowns.add(name, str(cell))
    return found


def truth(text: str) -> int | None:
    """Return 1 for a word of yes, 0 for one of no, else None."""
    return {"yes": 1, "no": 0}.get(TRUTHS.get(plain(text), ""))
