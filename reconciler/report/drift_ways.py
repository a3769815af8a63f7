"""Of what drifted: the command that takes it back, and what tells one state from another."""

import glob
import hashlib
import re
import shlex
from collections.abc import Sequence

from reconciler.model import Drift, DriftKind, DriftReport, Kind
from reconciler.report.drift import drift_for_documents

_WORD = 16  # hexadecimal digits of a digest
_SHORT = 8
_MASK = re.compile(r"\(sensitive[^)]*\)")


def way_back(drift: Drift, *, environment: str = "", workspace: str = "") -> str:
    """The command that makes one thing what the manifests say; "" if no command of ours does.

    Args:
        workspace: Its name in the list of workspaces; "" where it is the only one.
    """
    if drift.kind is DriftKind.ORPHANED or drift.id.kind is Kind.BUNDLE:
        return ""
    id = drift.id
    kind = id.facet if id.kind is Kind.NAMED_ENTITY else id.kind.slug
    if id.kind is Kind.ACTIVATION:
        kind = Kind.LAUNCH_PLAN.slug
    if id.kind is Kind.ATTRIBUTES:
        kind = "attributes"  # as patterns call them
    place = glob.escape("/".join(one for one in (id.project, id.domain, id.name) if one))
    words = ["reconciler", "apply"]
    words += ["--workspace", workspace] if workspace else []
    words += ["-e", environment] if environment else []
    words += ["--target", f"{kind.replace('_', '')}:{place}"]
    if drift.kind in (DriftKind.ACTIVATED, DriftKind.DEACTIVATED):
        words += ["--overwrite-moved", place]
    return shlex.join(words)


def ways_back(report: DriftReport, *, environment: str = "", workspace: str = "") -> Sequence[str]:
    """Each command that takes something back, once, in the report's order."""
    found = (way_back(one, environment=environment, workspace=workspace) for one in report.drifts)
    return [*dict.fromkeys(one for one in found if one)]


def drift_items(report: DriftReport) -> Sequence[str]:
    """A short digest of each thing that drifted and how: equal ones are the same drift.

    Of values that are masked only that they differ is in it, so that nobody can try values out.
    """
    return [_digest(one)[:_SHORT] for one in drift_for_documents(report, ()).drifts]


def drift_digest(report: DriftReport) -> str:
    """A digest of all that drifted, whichever run finds it; "" if nothing did."""
    if not report.drifts:
        return ""
    digests = sorted(_digest(one) for one in drift_for_documents(report, ()).drifts)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:_WORD]


def _digest(drift: Drift) -> str:
    changes = "\0".join(
        f"{one.path}={_MASK.sub('', repr(one.before))}>{_MASK.sub('', repr(one.after))}"
        for one in drift.changes
    )
    said = (str(drift.kind), drift.id.address, drift.left, drift.live, drift.wanted, changes)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()
