"""Official figures beside ours, balanced or not."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

FIGURES: Columns = {
    "figure_set": "text",
    "service": "text",
    "window_start": "time",
    "window_end": "time",
    "source": "text",
    "note": "text",
    "issues": "number",
    "found": "number",
    "removed": "number",
    "labelled": "number",
    "open": "number",
    "difference": "number",
    "balance": "text",
    "slip": "text",
    "is_covered": "flag",
    "our_issues": "number",
    "our_found": "number",
    "our_removed": "number",
    "our_labelled": "number",
    "our_open": "number",
}


def figures(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per published set and service (the whole with service ''), sets in order of their letters."""
    raise NotImplementedError
