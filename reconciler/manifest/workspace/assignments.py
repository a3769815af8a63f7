"""Values of variables given on the command line: `--var name=value` and `--var-file FILE`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest.reader import read
from reconciler.model import Diagnostic, Origin, describe_value


@dataclass(frozen=True, slots=True)
class Assignment:
    """One value given to one variable; `is_text` says that it is still to be read by its type."""

    name: str
    value: Any
    origin: Origin
    is_text: bool


def parse_assignment(text: str) -> Assignment:
    """Read what `--var` was given: `name=value`.

    Raises: ConfigError if there is no `=`; the text itself is not repeated, it may be secret.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError("--var is given as name=value")
    return Assignment(name.strip(), value, Origin("--var"), is_text=True)


def read_assignments(path: Path) -> tuple[Assignment, ...]:
    """Read a `--var-file`: one YAML or JSON mapping, variable to value.

    Raises: ManifestError if it is no such thing.
    """
    return tuple(_assignments(path))


def _assignments(path: Path) -> Iterator[Assignment]:
    problems: list[Diagnostic] = []
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ManifestError([Diagnostic("unreadable", message, Origin(str(path)))]) from error
    documents = list(read(data, str(path), problems))
    if problems:
        raise ManifestError(problems)
    for document, value in documents:
        if not isinstance(value, dict):
            message = f"expected a mapping, variable to value, found {describe_value(value)}"
            raise ManifestError([Diagnostic("wrong-type", message, document.origin(()))])
        for name, item in value.items():
            yield Assignment(name, item, document.value_origin((name,)), is_text=False)
