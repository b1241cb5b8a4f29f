"""The entry script that Streamlit runs for every visit; all it does is in `dashboard.shell`."""

from dashboard import shell

shell.run()
