"""How many people did the peaceful-election messages reach?"""

from dashboard import shell

shell.coming("kampanye")
