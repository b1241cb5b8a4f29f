"""The small memory behind answers and artefacts."""

import threading

from dashboard.kept import Kept


def test_the_least_used_value_goes_first() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
    assert len(kept) == 2


def test_twenty_who_ask_at_once_get_what_one_made() -> None:
    kept: Kept[str, object] = Kept(2)
    asked, made, results = threading.Barrier(20), [], []

    def make() -> object:
        made.append(object())
        return made[-1]

    def ask() -> None:
        asked.wait(10)
        results.append(kept.get_or_make("a", make))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert results == made * 20


def test_a_maker_that_fails_leaves_the_place_to_the_next() -> None:
    kept: Kept[str, int] = Kept(2)

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        try:
            kept.get_or_make("a", fail)
        except ValueError:
            continue
    assert kept.get_or_make("a", lambda: 5) == 5
    assert kept._flights == {}
