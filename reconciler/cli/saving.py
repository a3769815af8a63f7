"""`plan --out`: which plan is written to a file, and what the file says about itself."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.author import find_author
from reconciler.cli.options import say
from reconciler.cli.session import Unit
from reconciler.config import Config
from reconciler.manifest import Manifest
from reconciler.model import Head, Plan, Sensitive
from reconciler.remote import About, save_plan


def check_single(units: Sequence[Unit], out: Path) -> None:
    """A file holds one plan.

    Raises: click.UsageError for several units.
    """
    if len(units) > 1:
        titles = "; ".join(unit.title for unit in units)
        raise click.UsageError(
            f"--out {out} takes one plan, and there are several: {titles}. Name one environment "
            "by -e and one workspace by --workspace, and save each to a file of its own"
        )


def save(
    out: Path,
    plan: Plan,
    *,
    shown: Plan,
    declared: Sequence[Manifest],
    unit: Unit,
    config: Config,
    head: Head,
) -> bool:
    """Write the plan, or say why it is none that could be applied; tell whether it was written.

    Raises: PlanFileError for a place that cannot be written to.
    """
    if plan.conflicts:
        say(f"{out} was not written: a plan with conflicts cannot be applied.")
        return False
    if plan.obstacles:
        first = plan.obstacles[0]
        say(f"{out} was not written: {first.message}; {first.hint}.")
        return False
    values = unit.settled.secrets if unit.settled else {}
    for name, texts in values.items():
        if any(0 < len(text) < Sensitive.SHORTEST for text in texts):
            say(f"{out} was not written: {name} is too short to be kept secret.")
            return False
    about = _about(declared, unit, config, head)
    saved = save_plan(out, plan, about, shown=shown, values=values)
    again = ", ".join(secret.name for secret in saved.secrets)
    told = f"; it takes the value of {again} again" if again else ""
    say(f"Saved the plan to {out}. `reconciler apply {out}` carries out exactly this{told}.")
    return True


def _about(declared: Sequence[Manifest], unit: Unit, config: Config, head: Head) -> About:
    workspace, settled, home = unit.workspace, unit.settled, unit.home
    files = {manifest.origin.file for manifest in declared}
    given = settled.given if settled else {}
    variables = workspace.spec.variables if workspace else {}
    return About(
        endpoint=unit.sensitive.mask(config.endpoint),
        tool_version=__version__,
        manifests_digest=_digest(files | ({workspace.origin.file} if workspace else set())),
        environment=unit.environment,
        workspace=workspace.metadata.name if workspace else "",
        listed=unit.listed,
        home=(home.project, home.domain, home.workspace) if home else None,
        entry=(head.serial, head.digest),
        commit=find_author(os.environ, unit.folder).commit,
        planned_at=datetime.now(UTC).replace(microsecond=0),
        variables={
            name: one.value
            for name, one in given.items()
            # A value made of a sensitive one is as sensitive.
            if not variables[name].sensitive and not unit.sensitive.hides(repr(one.value))
        },
    )


def _digest(files: Iterable[str]) -> bytes:
    """SHA-256 over what is written in files, and their names as seen from here."""
    sha = hashlib.sha256(b"reconciler manifests 1")
    for name, path in sorted((Path(os.path.relpath(file)).as_posix(), file) for file in files):
        # Standard input has been read, and nobody has it any more.
        content = Path(path).read_bytes() if os.path.isfile(path) else b""
        sha.update(f"{name}\0{len(content)}\0".encode() + content)
    return sha.digest()
