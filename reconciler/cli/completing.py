"""Completion of names that live in Flyte Admin, the workspace or its manifests.

Somebody has pressed TAB and waits: what is known within a second is offered, else what was known
before, else nothing. Nothing is ever written to Admin, nobody is asked to log in, and no error is
told.
"""

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def complete(what: str) -> Completer:
    """Return what an option or argument takes as its `shell_complete`.

    Args:
        what: What is to be named: a source of `suggestions`.
    """

    def suggest(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        given: Any = context.params.get(parameter.name or "")
        taken = set(given) if isinstance(given, tuple | list) else set()
        try:
            from reconciler.cli.suggestions import suggestions

            with context.scope(cleanup=False):
                found = suggestions(what, context, incomplete)
        except Exception:  # a shell has no place for it
            return []
        return [
            CompletionItem(value, help=note or None)
            for value, note in found
            if value.startswith(incomplete) and value not in taken
        ]

    return suggest
