"""Paths in a saved plan: as seen from where it was made, so that another checkout has them."""

import os
from collections.abc import Callable
from pathlib import Path

from reconciler.planfile import plan_pb2 as pb


def relocate(file: pb.PlanFile, folder: Path) -> None:
    """Make absolute paths inside `folder` relative to it; in place. Others stay as they are."""
    base = os.path.abspath(folder)

    def seen(path: str) -> str:
        if not os.path.isabs(path) or os.path.commonpath([base, os.path.abspath(path)]) != base:
            return path
        return Path(os.path.relpath(path, base)).as_posix()

    for warning in file.warnings:
        if warning.HasField("origin"):
            warning.origin.file = seen(warning.origin.file)
    for action in file.actions:
        if action.HasField("bundle"):
            _relocate_bundle(action.bundle, seen)
        for resource in (action.before, action.after, *action.rewrites):
            if resource.HasField("origin"):
                resource.origin.file = seen(resource.origin.file)
            for bundle in resource.bundles:
                _relocate_bundle(bundle, seen)


def _relocate_bundle(bundle: pb.Bundle, seen: Callable[[str], str]) -> None:
    if bundle.HasField("folder"):
        bundle.folder.root = seen(bundle.folder.root)
    elif bundle.HasField("archive"):
        bundle.archive.package = seen(bundle.archive.package)
