"""The command line: parse, call Remote, render, exit. The only room that prints."""

from reconciler.cli.main import main, run

__all__ = ["main", "run"]
