"""Traces and metrics of a run, if the standard variables name a collector; else nothing at all.

    OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 reconciler apply

The rest of the program says `stage` and `note_…`, and need not know whether anybody listens.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded only where somebody listens
    import click

    from reconciler.ci import Telemetry
    from reconciler.cli.options import Settings
    from reconciler.model import ApplyReport, DriftReport, Event, Plan

# Commands whose runs are told: those that somebody's pipeline runs.
_TOLD = ("plan", "apply", "drift", "ci", "backfill", "rollback")
_SIGNALS = ("TRACES", "METRICS")
_PROTOCOL = "http/protobuf"

_running: "Telemetry | None" = None
_began = 0.0


@contextmanager
def stage(name: str) -> Iterator[None]:
    """A part of the run; free of cost if nobody listens."""
    if _running is None:
        yield
        return
    with _running.stage(name):
        yield


@contextmanager
def section(*, workspace: str, environment: str) -> Iterator[None]:
    """The part of the run that is about one environment of one workspace."""
    if _running is None:
        yield
        return
    with _running.section(workspace=workspace, environment=environment):
        yield


def note_plan(plan: "Plan") -> None:
    """Tell what was planned, of the stage that planned it."""
    if _running is not None:
        _running.planned(plan)


def note_event(event: "Event") -> None:
    """Tell that a step of an apply began or ended."""
    if _running is not None:
        _running.event(event)


def note_report(report: "ApplyReport") -> None:
    """Tell what an apply came to, of its stage."""
    if _running is not None:
        _running.applied(report)


def note_drift(report: "DriftReport") -> None:
    """Tell what drifted, of the stage that compared."""
    if _running is not None:
        _running.drifted(report)


def begin(context: "click.Context") -> None:
    """Begin to tell of a command that is about to run."""
    global _running, _began
    _running = None
    command = " ".join(_names(context))
    wanted = _wanted() if command.partition(" ")[0] in _TOLD else ()
    if not wanted:
        return
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") or _PROTOCOL
    if protocol != _PROTOCOL:
        _warn(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol}; only {_PROTOCOL} is spoken")
        return
    from reconciler import __version__

    settings: Settings = context.find_root().obj
    _began = time.monotonic()
    try:
        from reconciler.ci import Telemetry

        _running = Telemetry.start(
            command,
            environ=os.environ,
            version=__version__,
            mask=lambda text: settings.outputs.mask(text),
            traces="TRACES" in wanted,
            metrics="METRICS" in wanted,
        )
    except ImportError:
        _warn("it needs `pip install 'flyte-reconciler[otel]'`")
    except Exception as error:  # such as a header that is none: never a reason not to apply
        _warn(f"its variables cannot be used ({type(error).__name__})")


def end(code: int) -> None:
    """Send what is left; whatever becomes of it, the exit code stands."""
    global _running
    running, _running = _running, None
    if running is None:
        return
    try:
        problem = running.end(code, time.monotonic() - _began)
    except Exception as error:  # a library's own: the command is done, and stays so
        problem = f"it failed ({type(error).__name__})"
    if problem:
        _warn(problem)


def _names(context: "click.Context") -> "Iterator[str]":
    """The command's name, and before it those of its groups but the program's own."""
    if context.parent is not None:
        yield from _names(context.parent)
        yield context.info_name or ""


def _wanted() -> tuple[str, ...]:
    get = os.environ.get
    if get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ()
    return tuple(
        signal
        for signal in _SIGNALS
        if (
            (get("OTEL_EXPORTER_OTLP_ENDPOINT") or get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
            and get(f"OTEL_{signal}_EXPORTER", "otlp") == "otlp"
        )
        or get(f"OTEL_{signal}_EXPORTER") == "otlp"
    )


def _warn(text: str) -> None:
    from reconciler.cli.options import say

    say(f"Warning: no telemetry: {text}")
