"""Loading files: what offices, newsrooms and platforms send, read with all its oddities, written by recording."""

from data.loaders.files.sources import Source, sources
from data.loaders.loading import load
from data.loaders.mappings import Mapping, read_mapping
from data.loaders.options import FILES_FEED, Options
from data.loaders.problems import LoadProblem
from data.loaders.summaries import Counts, Summary

__all__ = [
    "FILES_FEED", "Counts", "LoadProblem", "Mapping", "Options", "Source", "Summary", "load", "read_mapping", "sources",
]  # fmt: skip
