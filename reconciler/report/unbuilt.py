"""Versions that are hashes of what is not known yet: what uses an image that is still to be built.

Such a plan can be looked at and never applied, and the hash that stands in for a version would be
taken for one.
"""

import re

from reconciler.model import Plan, ResourceId, is_content_hash

_CODE = "image-not-built"
_UNKNOWN = "(known after build)"
# Versions are also shown shortened, by so many letters at least.
_SHORTEST = 6


def without_unknown(text: str, plan: Plan) -> str:
    """A rendered plan, in which no version is told that a build will change.

    Shape: as `text`; columns stay where they were.
    """
    versions = _unknown(plan)
    if not versions:
        return text
    found = re.compile(
        "|".join(
            rf"{re.escape(one)}(?P<blank{at}> *)|{re.escape(one[:_SHORTEST])}[a-z0-9]*…"
            for at, one in enumerate(sorted(versions))
        )
    )
    return found.sub(_padded, text)


def _padded(match: re.Match[str]) -> str:
    blanks = next((one for one in match.groups() if one), "")
    lost = len(match[0]) - len(blanks) - len(_UNKNOWN)
    return f"{_UNKNOWN}{blanks}{' ' * max(lost, 0) if len(blanks) > 1 else ''}"


def _unknown(plan: Plan) -> set[str]:
    """The versions of everything that is new and has such an image in it, or needs what has."""
    if not any(obstacle.code == _CODE for obstacle in plan.obstacles):
        return set()
    marker = _UNKNOWN.encode()
    unknown: set[ResourceId] = set()
    for action in plan:
        # What is needed comes first in a plan.
        spec = action.after.spec if action.after else None
        if unknown.intersection(action.needs) or (
            spec is not None and marker in spec.SerializeToString()
        ):
            unknown.add(action.id)
    return {id.version for id in unknown if id.version and is_content_hash(id.version)}
