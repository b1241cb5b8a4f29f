"""The rows a simulator follows: what of them falls due, and how it is told to the recorder."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from data.season import diary, memory, posts, reports, stories
from data.season.arrivals import Arrivals
from data.season.rhythm import HOUR

FRESH_SECONDS = HOUR
"""The rows are read back from the database so often: then changes by others are seen and finished rows forgotten."""


@dataclass
class Followed:
    """Posts and issues and what lies ahead of them; `read_at` is when they were read from the database."""

    posts: posts.Posts
    of_posts: diary.Diary
    stories: stories.Stories
    of_stories: diary.Diary
    read_at: int

    @classmethod
    def read(cls, connection: Connection, now: int) -> "Followed":
        """Return the rows as they stand in the database."""
        found, told = memory.posts(connection, now), memory.stories(connection)
        return cls(found, diary.of_posts(found), told, diary.of_stories(told), now)

    def is_old(self, now: int) -> bool:
        """Return whether it is time to read them again."""
        return now - self.read_at > FRESH_SECONDS

    def add(self, new: Arrivals) -> None:
        """Follow new rows too."""
        if not new.posts.ids.size:
            return
        self.of_posts = self.of_posts.with_more(diary.of_posts(new.posts), shift=self.posts.ids.size)
        self.posts = posts.joined(self.posts, new.posts)
        self.of_stories = self.of_stories.with_more(diary.of_stories(new.stories), shift=self.stories.ids.size)
        self.stories = stories.joined(self.stories, new.stories)


def follow(connection: Connection, followed: Followed, after: int, now: datetime) -> Counter[str]:
    """Record what fell due for known posts and issues; return rows new or changed by table."""
    moment = int(now.timestamp())
    due = memory.still_there(connection, followed.posts.only(followed.of_posts.due(after, moment)))
    counts = Counter({"content": reports.changed_contents(connection, due, now)})
    counts.update(reports.followed(connection, due, now))
    told = followed.stories.only(followed.of_stories.due(after, moment))
    counts["issue"] += reports.stories(connection, told, now)
    return counts


def begin(connection: Connection, new: Arrivals, now: datetime) -> Counter[str]:
    """Record new issues and posts, and whatever about them has happened already; return rows new by table."""
    counts = Counter({"issue": reports.stories(connection, new.stories, now)})
    counts["content"] = reports.new_contents(connection, new.posts, now)
    counts.update(reports.followed(connection, new.posts, now))
    return counts
