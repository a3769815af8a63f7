"""Overrides of an environment that are about nothing: mostly a name that was mistyped, or changed.

What they should have changed goes on as it was, and nobody notices; hence a warning for each.
"""

from collections.abc import Collection, Iterator, Sequence

from reconciler.manifest.layers import Layered
from reconciler.manifest.models import Manifest
from reconciler.manifest.prepare import Setting
from reconciler.manifest.rules import Matcher, any_glob
from reconciler.manifest.suggest import did_you_mean
from reconciler.model import Diagnostic, Severity


def unmatched_overrides(manifests: Sequence[Manifest], setting: Setting) -> Iterator[Diagnostic]:
    """Yield a warning for each override that is about none of `manifests`, at its line.

    Args:
        manifests: The whole set, loaded with `setting`: of a part of it nothing can be said.
    """
    if not setting.overrides:
        return
    used: set[int] = set()
    for manifest in manifests:
        positions = manifest.positions
        if isinstance(positions, Layered):
            used |= positions.overrides
    for number, rule in enumerate(setting.overrides):
        if number not in used:
            yield Diagnostic(
                "unmatched-override",
                "the override is about none of the manifests",
                rule.origin,
                _hint(rule.match, manifests),
                Severity.WARNING,
            )


def _hint(match: Matcher, manifests: Sequence[Manifest]) -> str:
    """The part of a match that nothing fits, and what comes near; else that all must fit."""
    places = {(one.KIND, one.place) for one in manifests}
    paths = {"/".join(place) for _, place in places}
    parts: tuple[tuple[str, Sequence[str], Collection[str]], ...] = (
        ("kind", match.kind, {kind for kind, _ in places}),
        ("id", match.id, paths | {f"{kind}/{'/'.join(place)}" for kind, place in places}),
        ("project", match.project, {place[0] for _, place in places}),
        ("domain", match.domain, {place[1] for _, place in places if len(place) > 1}),
        ("name", match.name, {place[2] for _, place in places if len(place) > 2}),
    )
    for key, globs, known in parts:
        if globs and not any(any_glob(globs, one) for one in known):
            near = next(
                (found for glob in globs if (found := did_you_mean(glob, sorted(known)))), ""
            )
            return f"no {key} fits {', '.join(globs)}" + (f"; {near}" if near else "")
    return "each part of it fits something, but nothing fits all of them"
