"""Errors as a person and a machine see them: what is wrong, and the way out."""

import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence

import click

from reconciler import __version__
from reconciler.cli.named import NotThere
from reconciler.cli.options import Settings, say
from reconciler.errors import (
    AdminError,
    ConfigError,
    ExecutionConflictError,
    ExecutionError,
    ForeignOwnerError,
    GuardError,
    InputsError,
    LedgerError,
    LockedError,
    ManifestError,
    OlderCommitError,
    PlanFileError,
    PlanRanError,
    ReconcilerError,
    SignalError,
    StalePlanError,
    UnauthenticatedError,
    UnreachableError,
    WaitTimeoutError,
)
from reconciler.model import Diagnostic, Sensitive
from reconciler.report import diagnostics_as_text, error_as_text

# Variables that hold credentials by their names; not those that say where one is.
_CREDENTIAL = re.compile(
    r"(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY|OTLP_(\w+_)?HEADERS)"
    r"(?!\w*_(FILE|LOCATION|COMMAND|URL|HEADER|ENV_VAR|PATH|DIR|ID)$)"
)
_PASSWORD = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")
_LEAST = 8  # characters: shorter ones turn up by chance


def is_ours(error: Exception) -> bool:
    """True for errors raised on purpose, and for what the operating system refused."""
    return isinstance(error, ReconcilerError | click.ClickException | OSError)


def show(error: Exception, settings: Settings) -> None:
    """Write an error of ours on stderr, and as a document to whoever reads one."""
    settings.hide(_credentials(os.environ))
    tell(error, settings)
    _finish(diagnostics(error), settings)


def tell(error: Exception, settings: Settings) -> None:
    """Write an error of ours on stderr."""
    color = settings.colors(sys.stderr)
    if isinstance(error, ManifestError):
        sys.stderr.write(diagnostics_as_text(error.diagnostics, color=color))
    else:
        sys.stderr.write(error_as_text(message(error), color=color))


def diagnostics(error: Exception) -> Sequence[Diagnostic]:
    """What is wrong, as an error of ours tells it."""
    if isinstance(error, ManifestError):
        return error.diagnostics
    if isinstance(error, StalePlanError):
        return [Diagnostic(code(error), moved, hint="plan again") for moved in error.moved]
    return (Diagnostic(code(error), message(error)),)


def show_bug(error: Exception, settings: Settings) -> None:
    """Keep the traceback in a file and name the file: a bug report needs it, a screen does not."""
    settings.hide(_credentials(os.environ))
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    text = (
        f"reconciler {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"command: {sys.argv[1:2]}\n\n{''.join(traceback.format_exception(error))}"
    )
    if settings.sensitive:
        text = settings.sensitive.mask(text)
    try:
        handle, path = tempfile.mkstemp(prefix="reconciler-bug-", suffix=".txt", text=True)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        where = f"The traceback is in {path}; please report it with that file."
    except OSError as refused:
        where = f"Its traceback could not be kept ({refused}):\n{text}"
    say(error_as_text(f"a bug in reconciler: {what}\n{where}").rstrip())
    _finish([Diagnostic("bug", what)], settings)


def _credentials(environ: Mapping[str, str]) -> Sensitive:
    """What the process was given to prove who it is: no library's error may repeat that."""
    found = [
        part
        for name, value in environ.items()
        if _CREDENTIAL.search(name.upper())
        # Headers are `name=value` pairs, and a value may begin with a scheme.
        for part in (value, *(re.split(r"[,=\s]", value) if "HEADERS" in name else ()))
    ]
    found += [password for value in environ.values() for password in _PASSWORD.findall(value)]
    return Sensitive([one.strip() for one in found if len(one.strip()) >= _LEAST])


def _finish(problems: Sequence[Diagnostic], settings: Settings) -> None:
    outputs = settings.outputs
    try:
        outputs.finish(outputs.failed(problems))
    except OSError as error:
        # The very file may be what is wrong.
        say(f"Warning: {message(error)}")


def message(error: Exception) -> str:
    """What is wrong, in words a user can act on."""
    match error:
        case click.ClickException():
            return error.format_message()
        case OSError() if error.strerror:
            return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def code(error: Exception) -> str:
    """A stable word for machines."""
    match error:
        case UnauthenticatedError():
            return "unauthenticated"
        case AdminError():
            return error.status.lower().replace("_", "-")
        case UnreachableError():
            return "unreachable"
        case ConfigError():
            return "config"
        case LockedError():
            return "locked"
        case LedgerError():
            return "ledger"
        case GuardError():
            return "guard"
        case ForeignOwnerError():
            return "foreign-owner"
        case PlanRanError():
            return "applied-already"
        case OlderCommitError():
            return "older-commit"
        case StalePlanError():
            return "stale-plan"
        case PlanFileError():
            return "plan-file"
        case NotThere():
            return "not-found"
        case InputsError():
            return "inputs"
        case ExecutionConflictError():
            return "execution-conflict"
        case SignalError():
            return "signal"
        case WaitTimeoutError():
            return "timeout"
        case ExecutionError():
            return "execution"
        case OSError():
            return "system"
    return "error"
