"""What git knows of the folder that a pipeline works in."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.ci import Request
    from reconciler.cli.session import Unit
    from reconciler.manifest import Manifest

_SECONDS = 60


def top_folder() -> Path:
    """The repository's folder; without one, this."""
    return Path(_git("rev-parse", "--show-toplevel") or ".")


def folder_name() -> str:
    """This folder as seen from the repository's, "" for that itself."""
    inside = os.path.relpath(os.path.realpath("."), os.path.realpath(top_folder()))
    return "" if inside == os.curdir else inside


def head_commit() -> str:
    """The commit that is checked out; "" if that is not known."""
    return _git("rev-parse", "HEAD")


def touched_files(
    request: "Request", declared: "Sequence[Manifest]", unit: "Unit"
) -> "tuple[frozenset[str] | None, str]":
    """The files that a request touches, as `changed_since` tells them; None and why if git cannot
    tell."""
    from reconciler.cli.changed import changed_since
    from reconciler.errors import ConfigError

    bases = [request.base, f"origin/{request.target}" if request.target else ""]
    for base in filter(None, bases):
        try:
            return changed_since(base, declared, unit), ""
        except ConfigError:
            continue
    if not any(bases):
        return None, ""
    return None, (
        "This clone does not hold what the request is compared with, so all steps count as its "
        "own; fetch the whole history (`fetch-depth: 0`)."
    )


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
