"""Does anything need attention now?"""

from dashboard import shell

shell.coming("ringkasan")
