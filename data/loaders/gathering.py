"""Rows of one file that speak of the same content or isu are brought together before they are written.

A row met twice, far apart, would otherwise be written twice with different values, and loading the file again would
change the first back and forth. So earlier rows wait for the last one of their group; the recorder then merges them in
order, later values over earlier ones, and compares once with what is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from data.loaders.interpreted import Interpreted, Part
from data.loaders.merging import merge_issue


@dataclass
class Gathering:
    """Holds rows back until the last of their group; `held_most` is the largest number that waited at once."""

    last_of_group: dict[int, int]
    _held: dict[int, list[Interpreted]] = field(default_factory=dict)
    _waiting: int = 0
    held_most: int = 0

    def add(self, position: int, group: int, row: Interpreted | None) -> Iterator[Interpreted]:
        """Give the rows that are complete after this one; None stands for a row that was refused."""
        last = self.last_of_group.get(group, position)
        if position < last:
            if row is not None:
                self._held.setdefault(group, []).append(row)
                self._waiting += 1
                self.held_most = max(self.held_most, self._waiting)
            return
        held = self._held.pop(group, ())
        self._waiting -= len(held)
        yield from held
        if row is not None:
            yield row


@dataclass
class IssueGathering:
    """Merges what the rows of a file say of one isu: the earliest time it was seen, else later words over earlier."""

    last_of_issue: dict[int, int]
    _merged: dict[str, Part] = field(default_factory=dict)

    def add(self, position: int, group: int, issue: Part | None) -> tuple[Part | None, bool]:
        """Return the isu as known so far, None for none, and whether no later row can say more of it."""
        is_last = position >= self.last_of_issue.get(group, position)
        if issue is None:
            return None, is_last
        key = issue["natural_key"]
        merged = merge_issue(self._merged.get(key), issue)
        if is_last:
            self._merged.pop(key, None)
        else:
            self._merged[key] = merged
        return merged, is_last
