"""What the simulator reads back from the database, so that it goes on after any end: its own posts and issues."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Select, select

from data import tables
from data.rollups.clocks import OPEN
from data.season.arrays import Ints, Texts
from data.season.posts import Posts, with_right_provinces
from data.season.rhythm import DAY
from data.season.stories import Stories

RECENT_SECONDS = 45 * DAY
POSTS, OPEN_POSTS, STORIES = 60_000, 20_000, 20_000
"""At most so many recent posts, older posts with an open request, and issues are followed: the newest of each."""

LEFT_ALONE = frozenset({"berkas"})
"""Feeds that people fill; the simulator never writes to them."""

content, request, issue, feed = tables.content, tables.takedown_request, tables.issue, tables.feed

FOLLOWED = (
    content.c.natural_key, content.c.url, content.c.content_id, content.c.detected_at, content.c.service_id,
    content.c.source_id, content.c.issue_id, content.c.theme_id, content.c.harm_id, content.c.technique_id,
    content.c.province_code, content.c.regency_code, content.c.title,
)  # fmt: skip
"""Columns of content in the order of `Posts`."""


def posts(connection: Connection, now: int) -> Posts:
    """Return the invented posts about which something may still happen, oldest first."""
    recent = select(*FOLLOWED).where(content.c.is_simulated, content.c.detected_at > now - RECENT_SECONDS)
    late = (
        select(*FOLLOWED)
        .join(request, request.c.content_id == content.c.content_id)
        .where(request.c.outcome_id == OPEN, content.c.is_simulated, content.c.detected_at <= now - RECENT_SECONDS)
    )
    return _posts([*_newest(connection, late, OPEN_POSTS), *_newest(connection, recent, POSTS)])


def _newest(connection: Connection, asked: Select[Any], most: int) -> list[Row[Any]]:
    ordered = asked.order_by(content.c.detected_at.desc(), content.c.content_id).limit(most)
    return list(reversed(connection.execute(ordered).all()))


def _posts(rows: Sequence[Row[Any]]) -> Posts:
    seen = {row.content_id: row for row in rows}
    key, url, ids, at, service, source, story, theme, harm, technique, province, regency, title = (
        (list(values) for values in zip(*seen.values(), strict=True)) if seen else ([] for _ in FOLLOWED)
    )
    found = Posts(
        keys=_texts(key),
        urls=_texts(url),
        ids=_numbers(ids),
        at=_numbers([int(time.timestamp()) for time in at]),
        service=_numbers(service),
        source=_numbers(source),
        issue_id=_numbers([number or 0 for number in story]),
        theme=_numbers(theme),
        harm=_numbers(harm),
        technique=_numbers(technique),
        province=_texts(province),
        regency=_texts(regency),
        title=_texts(title),
    )
    return with_right_provinces(found)


def _texts(values: list[Any]) -> Texts:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _numbers(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def stories(connection: Connection) -> Stories:
    """Return the invented issues that are not closed, oldest first."""
    asked = (
        select(
            issue.c.natural_key,
            issue.c.issue_id,
            issue.c.first_seen_at,
            issue.c.theme_id,
            issue.c.harm_id,
            issue.c.title,
        )
        .where(issue.c.status != "closed", issue.c.is_simulated, issue.c.first_seen_at.is_not(None))
        .order_by(issue.c.first_seen_at.desc(), issue.c.issue_id)
        .limit(STORIES)
    )
    rows = list(reversed(connection.execute(asked).all()))
    return Stories(
        [row.natural_key for row in rows],
        _numbers([row.issue_id for row in rows]),
        _numbers([int(row.first_seen_at.timestamp()) for row in rows]),
        _numbers([row.theme_id for row in rows]),
        _numbers([row.harm_id for row in rows]),
        _texts([row.title for row in rows]),
    )


def still_there(connection: Connection, found: Posts) -> Posts:
    """Return the posts that nobody has deleted meanwhile."""
    asked = select(content.c.content_id).where(content.c.content_id.in_(found.ids.tolist()))
    alive = set(connection.scalars(asked.order_by(content.c.content_id)))
    return found.only(np.array([identity in alive for identity in found.ids.tolist()], dtype=np.bool_))


def feeds(connection: Connection) -> list[str]:
    """Return the codes of the feeds the simulator keeps alive."""
    asked = select(feed.c.code).where(feed.c.code.not_in(LEFT_ALONE)).order_by(feed.c.code)
    return list(connection.scalars(asked))


def newest(connection: Connection) -> int | None:
    """Return the moment of the newest invented content, UTC seconds; None when there is none."""
    asked = select(content.c.detected_at).where(content.c.is_simulated, content.c.detected_at.is_not(None))
    found = connection.scalar(asked.order_by(content.c.detected_at.desc()).limit(1))
    return None if found is None else int(found.timestamp())
