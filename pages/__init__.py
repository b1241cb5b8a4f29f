"""One file a page, each the answer to one question."""
