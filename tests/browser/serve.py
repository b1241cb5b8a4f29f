"""The real server, with the page of one number in the place of the wall: `python -m tests.browser.serve`."""

from dataclasses import replace
from pathlib import Path

from dashboard import screens, server

PROBE = str(Path(__file__).with_name("probe_page.py"))

if __name__ == "__main__":
    screens.SCREENS = tuple(replace(s, file=PROBE) if s.key == "layar" else s for s in screens.SCREENS)
    server.start()
