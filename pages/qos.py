"""Is the network in 3T areas ready for counting night?"""

from dashboard import shell

shell.coming("qos")
