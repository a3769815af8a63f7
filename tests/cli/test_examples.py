"""Every line that help and documentation show is one that the program takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli.main import COMMANDS, reconciler
from reconciler.cli.options import Settings

DOCS = Path(__file__).parent.parent.parent / "docs"


def commands(group: click.Command, context: click.Context) -> Iterator[click.Command]:
    yield group
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found, context)


def shown() -> list[str]:
    """Lines of help, below Examples, and of the pages."""
    found: list[str] = []
    context = click.Context(reconciler)
    for name in COMMANDS:
        top = reconciler.get_command(context, name)
        assert top is not None
        for command in commands(top, context):
            text = (command.help or "").partition("Examples:")[2]
            text = re.sub(r"\\\n\s*", " ", text)  # goes on on the next line
            found += re.findall(r"^ *(reconciler .+)$", text, re.MULTILINE)
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    found += re.findall(r"^\$ (reconciler .+)$", page, re.MULTILINE)
    return list(dict.fromkeys(found))


def words(line: str) -> list[str]:
    """The words of the first command of a line; what it prints for another counts as one."""
    plain = re.sub(r"\$\([^)]*\)", "x", line)
    # Behind several blanks an example says what it is.
    plain = re.split(r"\s{2,}(?=[A-Za-z])", plain)[0]
    found: list[str] = []
    lexer = shlex.shlex(plain, posix=True, punctuation_chars="|>;")
    lexer.whitespace_split = True
    for word in lexer:
        if word in ("|", ">", ";") or word.startswith("#"):
            break
        found.append(word)
    return found


@pytest.mark.parametrize("line", shown())
def test_examples_can_be_typed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and options exist, and take such values."""
    # The files that they name are somebody else's.
    monkeypatch.setattr(
        click.Path, "convert", lambda self, value, *rest: self.coerce_path_result(value)
    )
    rest = words(line)[1:]
    command: click.Command = reconciler
    context = reconciler.make_context("reconciler", rest, obj=Settings())
    while isinstance(command, click.Group):
        below = [*context._protected_args, *context.args]
        if command.invoke_without_command and not below:
            return
        name, found, rest = command.resolve_command(context, below)
        assert found is not None, line
        command = found
        context = command.make_context(name or "", rest, parent=context)
