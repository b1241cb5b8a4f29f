"""What is usual, and when something is far above it: medians and median absolute deviations, stated, not learned."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MAD_TO_DEVIATION = 1.4826
"""Makes the median absolute deviation of normal values their standard deviation (Hampel 1974)."""


@dataclass(frozen=True)
class Rule:
    """Above `usual + times × max(1.4826 × MAD, √usual, 1)`, and at least `least`, a count is out of the ordinary."""

    times: float
    least: int
    fewest: int
    text_id: str
    text_en: str

    def text(self, language: str) -> str:
        """Return the rule in one sentence with its numbers."""
        return self.text_id if language == "id" else self.text_en

    def usual(self, earlier: ArrayLike) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Return (usual, threshold, number known) along the first axis of earlier counts; NaN counts are unknown.

        Where fewer than `fewest` are known, usual and threshold are NaN: there is not enough data to judge.
        """
        counts = np.asarray(earlier, dtype=np.float64)
        known = np.sum(~np.isnan(counts), axis=0)
        enough = known >= self.fewest
        judged = np.where(enough, counts, 0.0)
        usual = _median(judged)
        deviation = MAD_TO_DEVIATION * _median(np.abs(judged - usual))
        width = np.maximum(np.maximum(deviation, np.sqrt(usual)), 1)
        threshold = np.maximum(usual + self.times * width, self.least - 1)
        return np.where(enough, usual, np.nan), np.where(enough, threshold, np.nan), known.astype(np.int64)


def _median(values: Floats) -> Floats:
    """Return the median of what is known along the first axis; NaN stands last when sorted, and is not counted."""
    ordered, known = np.sort(values, axis=0), np.sum(~np.isnan(values), axis=0)
    middle = [np.take_along_axis(ordered, place[None] // 2, axis=0)[0] for place in (known - 1, known)]
    median: Floats = (middle[0] + middle[1]) / 2
    return median


SPIKE = Rule(
    times=4,
    least=10,
    fewest=4,
    text_id=(
        "Lonjakan: lebih dari median + 4 × max(1,4826 × MAD; √median; 1) temuan pada jam yang sama dalam pekan selama "
        "delapan pekan sebelumnya, dan paling sedikit 10. Perlu empat pekan data; di atas 31 hari berlaku per hari."
    ),
    text_en=(
        "Spike: more than median + 4 × max(1.4826 × MAD, √median, 1) found in the same hour of the week over the eight "
        "weeks before, and at least 10. Needs four weeks of data; beyond 31 days it is applied by day."
    ),
)

RISING = Rule(
    times=3,
    least=5,
    fewest=3,
    text_id=(
        "Naik: temuan jam berjalan dan lima jam sebelumnya melebihi median + 3 × max(1,4826 × MAD; √median; 1) dari "
        "enam jam yang sama pada tujuh hari sebelumnya (isu: seperempat temuan harian), dan paling sedikit 5."
    ),
    text_en=(
        "Rising: found in the running hour and the five before exceeds median + 3 × max(1.4826 × MAD, √median, 1) of "
        "the same six hours on the seven days before (issues: a quarter of the daily count), and is at least 5."
    ),
)
