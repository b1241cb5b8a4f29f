"""How complete is the data, and what does each number mean?"""

from dashboard import shell

shell.coming("kualitas")
