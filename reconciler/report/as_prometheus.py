"""What drifted in Prometheus' text exposition, and what of it was told to whom.

Whoever scrapes it sees every kind, also those of which there is nothing: so an alert can end.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from reconciler.model import DriftKind, DriftReport

Place = tuple[str, str]
"""Workspace and environment."""

TOLD = "reconciler_drift_told_info"
DRIFT_METRICS: Mapping[str, str] = {
    "reconciler_drift": "Things that drifted, by kind.",
    "reconciler_drift_compared": "Things that were compared.",
    "reconciler_drift_unread": "Scopes that may not be read.",
    "reconciler_drift_timestamp_seconds": "When they were compared, in seconds since 1970.",
    "reconciler_drift_success": "1 if they could be compared, else 0.",
    TOLD: "What was told to whom last, by its digest.",
}
"""Every metric, and what it is."""

_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def drifts_as_prometheus(
    reports: Sequence[tuple[str, str, DriftReport]],
    *,
    failed: Sequence[Place] = (),
    told: Mapping[Place, Mapping[str, str]] | None = None,
) -> str:
    """Render reports: every kind, none left out when it is 0.

    Args:
        reports: Workspace, environment and report of each.
        failed: Where nothing could be compared.
        told: Where something was told, the digest by who was told it.
    """
    done = [((workspace, environment), report) for workspace, environment, report in reports]
    values: dict[str, list[str]] = {name: [] for name in DRIFT_METRICS}
    for place, report in done:
        counts = report.counts()
        values["reconciler_drift"] += (
            _line("reconciler_drift", place, counts[kind], kind=str(kind)) for kind in DriftKind
        )
    simple: Mapping[str, Callable[[DriftReport], float]] = {
        "reconciler_drift_compared": lambda one: one.compared,
        "reconciler_drift_unread": lambda one: len(one.unread),
        "reconciler_drift_timestamp_seconds": lambda one: round(one.at.timestamp(), 3),
        "reconciler_drift_success": lambda one: 1,
    }
    for name, value in simple.items():
        values[name] += (_line(name, place, value(report)) for place, report in done)
    values["reconciler_drift_success"] += (
        _line("reconciler_drift_success", place, 0) for place in failed
    )
    for place, by_target in (told or {}).items():
        values[TOLD] += (
            _line(TOLD, place, 1, target=target, digest=digest)
            for target, digest in by_target.items()
        )
    return "\n".join(_metrics(values)) + "\n"


def told_in(text: str) -> Mapping[Place, Mapping[str, str]]:
    """Read what an exposition says was told, where: the digest by who was told it."""
    found: dict[Place, dict[str, str]] = {}
    for line in text.splitlines():
        if not line.startswith(f"{TOLD}{{"):
            continue
        labels = {name: _plain(value) for name, value in _LABEL.findall(line)}
        place = labels.get("workspace", ""), labels.get("environment", "")
        if labels.get("target") and line.rstrip().endswith(" 1"):
            found.setdefault(place, {})[labels["target"]] = labels.get("digest", "")
    return found


def _metrics(values: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for name, text in DRIFT_METRICS.items():
        lines = [*values[name]]
        if lines:
            yield f"# HELP {name} {text}"
            yield f"# TYPE {name} gauge"
            yield from lines


def _line(name: str, place: Place, value: float, **labels: str) -> str:
    said = {"workspace": place[0], "environment": place[1], **labels}
    inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in said.items())
    return f"{name}{{{inner}}} {value}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], value)
