"""An invented season for demonstrations and tests: believable, the same for the same seed, marked simulated."""

from data.season.generator import SINCE, generate
from data.season.writing import write

__all__ = ["SINCE", "generate", "write"]
