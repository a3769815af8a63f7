"""How a plan is to be made: what the command line and the workspace say beside the manifests."""

from dataclasses import dataclass

from reconciler.model.guards import Guards
from reconciler.model.log import Head
from reconciler.model.selection import Selection

_USUAL = Guards()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What is wished of a plan.

    Attributes: `prune` whether what has left the manifests is switched off, else it is only
    named; `prune_names` and `prune_attributes` whether its names are archived and its attributes
    deleted; `allow` the codes of guards that are overruled; `memory` what the workspace's ledger
    remembers, None without one; `whole` whether the manifests are all of the workspace, so that
    what is ours and not in them has left them; `selection` which of what is declared the plan is
    about, None for all of it; `guards` what the workspace says about them; `overwrite` globs of
    launch plans that are taken back from whoever moved them by hand.
    """

    prune: bool = True
    prune_names: bool = False
    prune_attributes: bool = False
    allow: frozenset[str] = frozenset()
    memory: Head | None = None
    whole: bool = True
    selection: Selection | None = None
    guards: Guards = _USUAL
    overwrite: tuple[str, ...] = ()
