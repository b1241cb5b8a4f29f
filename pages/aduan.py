"""Have complaints and referrals been answered?"""

from dashboard import shell

shell.coming("aduan")
