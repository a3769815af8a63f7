"""What a promotion takes, from where to where: read, held to the rules, written down."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.cli.options import Settings, say
from reconciler.cli.session import Unit, caches, connected, manifests, settled_config
from reconciler.errors import GuardError
from reconciler.manifest import Setting
from reconciler.model import Kind, Scope
from reconciler.remote import Promotion, Remote, active_in, promotion, write_promotion


def written(
    source: Unit,
    target: Unit,
    names: Sequence[str],
    options: Settings,
    *,
    proven: bool,
    parallelism: int,
) -> Path:
    """Read what is promoted, say how both environments differ, and write it as manifests.

    Raises: GuardError if something has not shown what the workspace requires; ConfigError if there
        is nothing to promote.
    """
    options.hide(source.sensitive)
    requires = _requirements(target) if proven else None
    with connected(options, source, parallelism=parallelism) as (remote, config):
        scopes, owned = _looked_at(remote, source)
        found = promotion(
            remote,
            {*scopes, *_scopes_in(names)},
            places=_mapping(source, target),
            names=names,
            owned=owned,
            runs=requires.runs if requires else 0,
            within=requires.within if requires else None,
        )
        if requires is not None and found.unproven:
            raise GuardError(_refusal(found, source, requires))
        there = settled_config(options, target)
        is_same = _place(config) == _place(there)
        folder = write_promotion(found, caches() / "promotions", source=remote, same_store=is_same)
    _say_difference(found, source, target, options, parallelism)
    return folder


def _looked_at(remote: Remote, unit: Unit) -> tuple[set[Scope], set[Any] | None]:
    """Where launch plans are looked for, and which of them are the workspace's; None for all."""
    if unit.home is not None:
        inventory = remote.ledger_of(unit.home).head().inventory
        owned = {one.id for one in inventory if one.id.kind is Kind.ACTIVATION}
        return {id.scope for id in owned}, owned
    places = set()
    for manifest in manifests((), unit):
        metadata: Any = getattr(manifest, "metadata", None)
        project, domain = getattr(metadata, "project", ""), getattr(metadata, "domain", "")
        if project and domain:
            places.add((project, domain))
    return places, None


def _scopes_in(names: Sequence[str]) -> set[Scope]:
    """The places that names say outright."""
    parts = [name.split("/") for name in names]
    return {
        (some[0], some[1])
        for some in parts
        if len(some) == 3 and not set("*?[") & set(some[0] + some[1])
    }


def _mapping(source: Unit, target: Unit) -> Callable[[Scope], Scope]:
    """Project and domain of one environment → what the other calls the same."""
    ours = source.settled.setting if source.settled else Setting()
    theirs = target.settled.setting if target.settled else Setting()

    def there(scope: Scope) -> Scope:
        project, domain = scope
        return (
            _renamed(project, ours.projects, theirs.projects),
            _renamed(domain, ours.domains, theirs.domains),
        )

    return there


def _renamed(name: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """What the other environment calls what this one calls `name`."""
    words = {called: word for word, called in ours.items()}
    if name not in words and name in ours:
        return name  # the word means another place here: no manifest means this one
    word = words.get(name, name)
    return theirs.get(word, word)


def _requirements(unit: Unit) -> Any:
    """What the environment requires of what is promoted to it; None for nothing."""
    if unit.workspace is None:
        return None
    spec = unit.workspace.spec
    environment = spec.environments.get(unit.environment)
    said = (environment.promotion if environment is not None else None) or spec.promotion
    return said.requires if said is not None else None


def _refusal(found: Promotion, source: Unit, requires: Any) -> str:
    within = f" within {requires.within}" if requires.within is not None else ""
    lines = [f"  {one.id.path}: {one.succeeded} of {requires.runs}" for one in found.unproven]
    runs = "run" if requires.runs == 1 else "runs"
    return (
        f"nothing was written: reconciler.yaml requires {requires.runs} {runs} that succeeded"
        f"{within} in {source.environment}, and of these there are fewer:\n"
        + "\n".join(lines)
        + "\nrun them there, or pass --allow-unproven"
    )


def _say_difference(
    found: Promotion,
    source: Unit,
    target: Unit,
    options: Settings,
    parallelism: int,
) -> None:
    """A line for each launch plan: the version here, and what is active there."""
    scopes = {found.there(id).scope for id in found.active}
    with connected(options, target, parallelism=parallelism) as (remote, _):
        there = active_in(remote, scopes)
    say(f"Promoting from {source.environment} to {target.environment}:")
    width = max(len(id.name) for id in found.active)
    for id, version in sorted(found.active.items()):
        before = there.get(found.there(id))
        if before == version:
            what = "is active there already"
        else:
            what = f"instead of {before}" if before else "nothing is active there"
        say(f"  {id.name:{width}}  {version}  ({what})")
    coming = {found.there(id) for id in found.active}
    others = [id for id in there if id not in coming]
    if others:
        say(f"  and {len(others)} that are active there stay as they are")


def _place(config: Any) -> str:
    """Which Admin it is; of an embedded one its file, however that is spelled."""
    path = config.sandbox_path
    return config.endpoint if path in (None, ":memory:") else os.path.realpath(str(path))
