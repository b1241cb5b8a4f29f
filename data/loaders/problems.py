"""What can be wrong with a file as a whole, said in one sentence that names the mend."""


class LoadProblem(Exception):
    """A file, or the way it is asked for, that cannot be loaded; nothing was changed. The text is for people."""


class RowProblem(ValueError):
    """A row that cannot be loaded; the text is its reason in the rejects file."""
