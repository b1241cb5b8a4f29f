"""In which regions are hoaxes found?"""

from dashboard import shell

shell.coming("wilayah")
