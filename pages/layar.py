"""What is the situation in the room now?"""

from dashboard import shell

shell.coming("layar")
