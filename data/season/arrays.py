"""The kinds of arrays the season is made of."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Ids = Ints
"""63-bit ids of rows, as `data.keys.stable_id` makes them."""

Seconds = Ints
"""Moments in whole UTC seconds since 1970."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]
"""Texts, or None where there is none."""


def told(texts: Texts) -> Flags:
    """Return where a text is not None."""
    return np.array([text is not None for text in texts.tolist()], dtype=np.bool_)
