"""The command line: thin. Each command parses, makes one call into the rooms below, and prints."""

from workbench.cli.main import main

__all__ = ["main"]
