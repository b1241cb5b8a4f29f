"""The command `posko`."""

from dashboard.command_line.commands import app, main

__all__ = ["app", "main"]
