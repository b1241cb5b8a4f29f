"""A small memory: bounded, forgets the least used, and lets one maker work while the others wait for its result."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key, at most `most` of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()
        self._flights: dict[Hashable, tuple[threading.Lock, int]] = {}

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        """Return the value, or None when it was never kept or is forgotten."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value; the least recently used ones go."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self.most:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()

    @contextmanager
    def flight(self, name: Hashable) -> Iterator[None]:
        """Hold the one place for a named piece of work; others that ask for it wait until it is done."""
        with self._lock:
            lock, waiting = self._flights.get(name, (threading.Lock(), 0))
            self._flights[name] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._flights[name]
                self._flights[name] = (lock, waiting - 1)
                if waiting == 1:
                    del self._flights[name]

    def get_or_make(self, key: K, make: Callable[[], V]) -> V:
        """Return the value, made once however many ask at the same time."""
        found = self.get(key)
        if found is None:
            with self.flight(key):
                found = self.get(key)
                if found is None:
                    found = make()
                    self.put(key, found)
        return found
