"""How fast does hoax content come down, and how sure are we?"""

from dashboard import shell

shell.coming("latensi")
