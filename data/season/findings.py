"""Content and issues as rows."""

import numpy as np

from data.season.arrays import Seconds
from data.season.cells import Columns, counted, known, latest, written
from data.season.lifecycle import verified
from data.season.petitions import Ends, copies
from data.season.posts import FEEDS, Posts, noted_provinces, posted, province_corrected, views
from data.season.stories import Stories, closed, statuses, verdicts


def issues(stories: Stories, now: int) -> Columns:
    """Return the rows of `issue` as they are known at `now`."""
    clarified, closes = stories.clarified, closed(stories.ids, stories.first_seen)
    told = clarified <= now
    verdict = verdicts(stories.ids)
    verdict[~told] = None
    return {
        "issue_id": stories.ids,
        "natural_key": np.array(stories.keys, dtype=object),
        "title": stories.claim,
        "theme_id": stories.theme,
        "harm_id": stories.harm,
        "verdict": verdict,
        "status": statuses(stories.first_seen, closes, now),
        "first_seen_at": stories.first_seen,
        "clarified_at": known(clarified, now),
        "closed_at": known(closes, now),
        **written("isu", stories.first_seen, latest(now, stories.first_seen, clarified, closes)),
    }


def contents(posts: Posts, ends: Ends, clarified: Seconds, now: int) -> Columns:
    """Return the rows of `content` as they are known at `now`; `clarified` is that of each one's issue."""
    regency = posts.regency.copy()
    regency[noted_provinces(posts, now) != posts.province] = None
    checked, day = verified(posts.found), posts.at % 86_400 == 61_200
    updated = latest(now, posts.at, checked, clarified, ends.requested, ends.ended, province_corrected(posts))
    return {
        "content_id": posts.ids,
        "natural_key": posts.keys,
        "issue_id": posts.issue_id,
        **copies(posts, now),
        "regency_code": regency,
        "harm_id": posts.harm,
        "technique_id": posts.technique,
        "title": posts.title,
        "url": posts.urls,
        "views": counted(views(posts)),
        "posted_at": known(posted(posts), now),
        "detected_at": posts.at,
        "verified_at": known(checked, now),
        "clarified_at": known(clarified, now),
        "requested_at": known(ends.requested, now),
        "outcome_id": ends.outcome,
        "ended_at": known(ends.ended, now),
        "time_precision": np.where(day, "day", "second").astype(object),
        **written(FEEDS[posts.source], posts.at, updated),
    }
