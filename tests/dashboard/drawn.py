"""The panels that a test asks a page to draw: a script of AppTest sees nothing of the test's own names."""

from collections.abc import Callable

import pandas as pd

from dashboard.door import Answer

PANELS: dict[str, tuple[Answer, Callable[[pd.DataFrame], None]]] = {}
