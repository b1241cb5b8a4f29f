"""Which rows are behind that number?"""

from dashboard import shell

shell.coming("tabel")
