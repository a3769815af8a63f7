"""Which policies a plan is judged by, and whether it may be applied after all that they say."""

import os
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import say, settings
from reconciler.errors import ConfigError, PolicyDeniedError

if TYPE_CHECKING:  # at run time only where there are policies: a plan without waits for nothing
    from reconciler.cli.session import Unit
    from reconciler.manifest import Workspace
    from reconciler.model import Plan, Policy


def policies_of(unit: "Unit") -> "Sequence[Policy]":
    """The policies of a unit: of its workspace, or of the checkout that the line names instead.

    Raises: ManifestError for policies that cannot be read; ConfigError for no such checkout.
    """
    if unit.workspace is None:
        return ()
    workspace = _other(unit.workspace) or unit.workspace
    chosen = workspace.spec.environments.get(unit.environment)
    if not workspace.spec.policies and not (chosen and chosen.policies):
        return ()
    from reconciler.manifest import workspace_policies

    return workspace_policies(workspace, unit.environment)


def judged(plan: "Plan", unit: "Unit") -> "Plan":
    """The plan with what the policies at hand say of it, now.

    Raises: as `policies_of`.
    """
    policies = policies_of(unit)
    if not policies:
        return plan
    from reconciler.remote import judge
    from reconciler.report import without_secrets

    assert unit.workspace is not None
    return judge(
        plan,
        policies,
        shown=without_secrets(plan, unit.sensitive),
        now=datetime.now(UTC),
        environment=unit.environment,
        workspace=unit.workspace.metadata.name,
        reveal=unit.workspace.revealed,
    )


def check_policies(plan: "Plan", approved: Collection[str]) -> None:
    """Return if policies let a plan be applied.

    Args:
        approved: Names of policies that `--approve` names, or a forge's approvals do.

    Raises: PolicyDeniedError with all that denies, and each policy that asks for approval.
    """
    if not plan.verdicts:
        return
    from reconciler.model import unapproved

    denied = [one for one in plan.verdicts if one.refuses]
    waiting = unapproved(plan.verdicts, approved)
    if not denied and not waiting:
        said = [one.policy for one in plan.verdicts if one.counts and one.policy in approved]
        if said:
            say(f"Approved: {', '.join(dict.fromkeys(said))}")
        return
    from reconciler.report import verdict_text

    lines = [verdict_text(one) for one in denied]
    if waiting:
        flags = " ".join(f"--approve {name}" for name in waiting)
        lines.append(f"{', '.join(waiting)} asks for approval, which is given by {flags}")
    raise PolicyDeniedError("nothing was written, policies refuse it:\n" + "\n".join(lines))


def _other(workspace: "Workspace") -> "Workspace | None":
    """The same workspace in another checkout, whose policies count in the place of ours."""
    context = click.get_current_context(silent=True)
    folder = settings().policies_from if context is not None else None
    if folder is None:
        return None
    from reconciler.manifest import load_workspace

    place = Path(os.path.relpath(workspace.folder.resolve(), _top(workspace.folder.resolve())))
    found = folder / place
    if not (found / "reconciler.yaml").is_file():
        found = folder
    if not (found / "reconciler.yaml").is_file():
        raise ConfigError(
            f"--policies-from {folder}: there is no reconciler.yaml in it; name a checkout of the "
            "branch whose policies count"
        )
    other = load_workspace(found)
    if other.metadata.name != workspace.metadata.name:
        raise ConfigError(
            f"--policies-from {folder}: that is the workspace {other.metadata.name}, and this is "
            f"{workspace.metadata.name}"
        )
    return other


def _top(folder: Path) -> Path:
    """The top of the checkout that a folder is in; itself where it is in none."""
    tops = [one for one in (folder, *folder.parents) if (one / ".git").exists()]
    return tops[0] if tops else folder
