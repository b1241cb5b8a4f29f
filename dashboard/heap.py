"""The heap of the server, frozen: Streamlit forces a whole garbage collection after every run of a script.

A collection costs as much as there are objects to walk: some 25 ms after the imports and the first visits, on a
machine that draws a panel in 5 ms. What is frozen is not walked.
"""

import asyncio
import gc
from importlib import import_module
from itertools import count
from pkgutil import walk_packages

import dashboard
import queries
from dashboard import language

HEAVY = ("altair", "numpy", "pandas", "pyarrow", "pyarrow.compute", "pydeck", "sqlalchemy")
"""Libraries that the first page would load."""

ASIDE = ("dashboard.command_line", "dashboard.__main__", "dashboard.application", "dashboard.main")
"""Modules that are no part of a page."""

THRESHOLDS = (50_000, 25, 100)
"""When the collector looks by itself (objects, young runs, middle runs)."""

FREEZE_SECONDS = 10
"""How often what has come since is frozen too: each new version of the data brings some thousand objects."""

THAW_EVERY = 60
"""After this many freezes everything is thawed and walked once (a few tenths of a second): what ended must go."""


def fill() -> None:
    """Load what every page needs, so that it is frozen with the rest."""
    for name in HEAVY:
        import_module(name)
    for room in (dashboard, queries):
        for module in walk_packages(room.__path__, f"{room.__name__}."):
            if not module.name.startswith(ASIDE):
                import_module(module.name)
    for subject in language.subjects():
        language.words(subject)


def freeze() -> None:
    """Collect what is garbage among the new objects, and freeze the rest of them."""
    gc.collect()
    gc.freeze()


async def keep_frozen() -> None:
    """Freeze the heap now and then, and thaw it first now and then; so nothing that ended stays for ever."""
    gc.set_threshold(*THRESHOLDS)
    for turn in count(1):
        await asyncio.sleep(FREEZE_SECONDS)
        if turn % THAW_EVERY == 0:
            gc.unfreeze()
        freeze()
