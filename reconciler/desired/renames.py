"""Launch plans that were called something else: which name takes over from which."""

from collections.abc import Mapping, Sequence

from reconciler.desired.entity import Entity, Place
from reconciler.desired.problems import Problems
from reconciler.manifest import EntityMetadata, LaunchPlan, Manifest
from reconciler.model import Kind, ResourceId


def renames(
    manifests: Sequence[Manifest], entities: Sequence[Entity], problems: Problems
) -> Mapping[ResourceId, ResourceId]:
    """Return the activation of each old name with that of its new one.

    Problems are an old name that the set still declares, one that two names take over from, and
    a name that takes over from two: nobody could tell what is to be switched off for what. A name
    whose state nobody says takes over nothing, which is a warning.
    """
    renamed = [
        (manifest, _activation(manifest.metadata, manifest.spec.renamed_from))
        for manifest in manifests
        if isinstance(manifest, LaunchPlan) and manifest.spec.renamed_from is not None
    ]
    if not renamed:
        return {}
    declared = {
        _activation(one.place, one.place.name): one
        for one in entities
        if one.place.kind is Kind.LAUNCH_PLAN
    }
    managed = {
        _activation(one.place, one.place.name)
        for one in entities
        if one.place.kind is Kind.LAUNCH_PLAN and one.state != "unmanaged"
    }
    found: dict[ResourceId, ResourceId] = {}
    by_name: dict[ResourceId, LaunchPlan] = {}
    for manifest, old in renamed:
        new = _activation(manifest.metadata, manifest.metadata.name)
        same_new = by_name.setdefault(new, manifest)
        same_old = by_name[found.setdefault(old, new)]
        if old == new:
            message, hint = "is its own name", "say the one it had before, or nothing"
        elif old in declared:
            message, hint = "is declared too", f"take it out: {declared[old].origin}"
        elif same_old.place != manifest.place:
            message, hint = f"is taken over by {same_old.label}", "one name takes over from one"
        elif same_new.spec.renamed_from != manifest.spec.renamed_from:
            message = f"is not what {same_new.label} was called: {same_new.spec.renamed_from}"
            hint = "all versions of a name share one past"
        else:
            if new not in managed:
                problems.warning(
                    "rename-without-effect",
                    f"{manifest.label} takes over from {old.name}, and leaves its state as it is",
                    manifest.origin_of("spec", "renamedFrom"),
                    hint="say state: active or inactive",
                )
            continue
        problems.error(
            "contradictory-rename",
            f"{manifest.label} takes over from {old.name}, which {message}",
            manifest.origin_of("spec", "renamedFrom"),
            hint=hint,
        )
    return found


def _activation(within: EntityMetadata | Place, name: str) -> ResourceId:
    return ResourceId(Kind.ACTIVATION, within.project, within.domain, name)
