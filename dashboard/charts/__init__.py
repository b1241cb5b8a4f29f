"""Pictures: pure functions from a frame and a language to a finished `Chart`. They know no Streamlit, no database."""
