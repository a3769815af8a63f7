"""A backfill from arguments, as the manifest that would say the same."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from reconciler.errors import BackfillError, ManifestError
from reconciler.manifest import Manifest, load_text
from reconciler.model import Diagnostic

_LABEL = re.compile(r"[^A-Za-z0-9_.-]+")


def declared_backfill(
    spec: Mapping[str, Any], *, project: str, domain: str, name: str = ""
) -> Manifest:
    """Return the manifest of a backfill.

    Args:
        spec: As in a manifest; what is None is left out.
        name: What it is called; the launch plan's name unless given.

    Raises: BackfillError with everything that is wrong with it.
    """
    text = manifest_text(spec, project=project, domain=domain, name=name)
    with told_without_file():
        (manifest,) = load_text(text, called="the backfill")
    return manifest


@contextmanager
def told_without_file() -> Iterator[None]:
    """Tell what is wrong with such a manifest without naming a file that nobody wrote.

    Raises: BackfillError for a ManifestError.
    """
    try:
        yield
    except ManifestError as error:
        raise BackfillError("\n".join(map(_said, error.diagnostics))) from error


def manifest_text(spec: Mapping[str, Any], *, project: str, domain: str, name: str = "") -> str:
    """The same as a document: JSON, which YAML is too."""
    plan = spec.get("launchPlan")
    called = plan.get("name", "") if isinstance(plan, Mapping) else plan
    document = {
        "apiVersion": "reconciler/v1",
        "kind": "Backfill",
        "metadata": {
            "project": project,
            "domain": domain,
            "name": name or _LABEL.sub("-", str(called))[-63:].strip("-_."),
        },
        "spec": _plain(spec),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _said(problem: Diagnostic) -> str:
    return f"{problem.message}; {problem.hint}" if problem.hint else problem.message


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():.9f}".rstrip("0").rstrip(".") + "s"
        case Mapping():
            return {key: _plain(item) for key, item in value.items() if item is not None}
        case str():
            return value
        case Sequence():
            return [_plain(item) for item in value]
    return value
