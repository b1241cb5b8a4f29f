"""Issues as rows: what is known of each at a moment."""

from dataclasses import dataclass

import numpy as np

from data.keys import stable_id
from data.season import chance, headlines, issues
from data.season.arrays import Ids, Ints, Seconds, Texts
from data.season.lifecycle import NEVER
from data.season.rhythm import DAY

VERDICTS = np.array(["false", "misleading", "satire", "true", "unproven"], dtype=object)


@dataclass(frozen=True)
class Stories:
    """Issues with everything that follows from their ids: arrays of one length."""

    keys: list[str]
    ids: Ids
    first_seen: Seconds
    theme: Ints
    harm: Ints
    claim: Texts

    @property
    def clarified(self) -> Seconds:
        """When the first clarification is published; `NEVER` for a fifth of all issues."""
        return clarified(self.ids, self.first_seen)

    def only(self, which: Ints) -> "Stories":
        """Return the issues at these places."""
        keys = [self.keys[place] for place in which.tolist()]
        return Stories(
            keys, self.ids[which], self.first_seen[which], self.theme[which], self.harm[which], self.claim[which]
        )


def joined(stories: Stories, more: Stories) -> Stories:
    """Return two lots of issues as one."""
    return Stories(
        [*stories.keys, *more.keys],
        np.concatenate([stories.ids, more.ids]),
        np.concatenate([stories.first_seen, more.first_seen]),
        np.concatenate([stories.theme, more.theme]),
        np.concatenate([stories.harm, more.harm]),
        np.concatenate([stories.claim, more.claim]),
    )


def tell(keys: list[str], first_seen: Seconds) -> Stories:
    """Return the issues of these natural keys."""
    ids = np.array([stable_id("issue", key) for key in keys], dtype=np.int64)
    theme = issues.themes(ids)
    claim = np.array(headlines.claims(ids, theme, issues.homes(ids).tolist()), dtype=object)
    return Stories(keys, ids, first_seen, theme, issues.harms(ids, theme), claim)


def clarified(ids: Ids, first_seen: Seconds) -> Seconds:
    """Return when each issue is first clarified, UTC seconds, or `NEVER`."""
    hours = chance.lognormal(ids, "clarify", 9, 1.1)
    return np.where(chance.happens(ids, "clarified", 0.8), first_seen + (3_600 * hours).astype(np.int64), NEVER)


def closed(ids: Ids, first_seen: Seconds) -> Seconds:
    """Return when each issue is closed, UTC seconds: after about two weeks."""
    return first_seen + (DAY * chance.lognormal(ids, "close", 13, 0.5)).astype(np.int64)


def verdicts(ids: Ids) -> Texts:
    """Return the finding of the fact check of each issue."""
    return VERDICTS[chance.pick(ids, "verdict", [67, 20, 3, 2, 8])]


def statuses(first_seen: Seconds, closes: Seconds, now: int) -> Texts:
    """Return new (first day), active or closed."""
    fresh = np.where(first_seen > now - DAY, "new", "active").astype(object)
    fresh[closes <= now] = "closed"
    return fresh
