"""`python -m dashboard` is the command `posko`."""

from dashboard.command_line import main

if __name__ == "__main__":
    main()
