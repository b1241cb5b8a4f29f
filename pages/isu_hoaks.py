"""Which hoaxes are going round, and what has been done?"""

from dashboard import shell

shell.coming("isu")
