"""What leaves the terminal without its values.

Nobody ever marked what Admin holds as sensitive. So in documents, which end up as artifacts and
in comments, the values that tend to hold secrets are masked on both sides; that they changed, and
where, stays visible. On the terminal of the person who planned only what is marked is masked.
"""

import re
from typing import Any

from reconciler.model import Change
from reconciler.report.values import MASK, shown_masked

# Paths as `plan.compare` spells them: lowerCamelCase, the spec's own wrapper left out. Names stay
# readable, of variables and inputs alike; only what they hold is hidden.
_SECRETIVE = re.compile(
    r"""
    (^|\.)(
        env\[\d+\]\.value                     # of a container, in a pod too
      | envs\.values\[\d+\]\.value            # of a launch plan
      | config(\[\d+\]\.value|\..+)           # of plugins
      | custom\..+                             # of plugins
      | fixedInputs\.literals\.[^.]+
      | fixedValues\.literals\.[^.]+
      | parameters\.[^.]+\.default             # of an input
      | binding\.(scalar|collection|map)       # of a node's input
      | recipientsEmail\[\d+\]
    )$
    """,
    re.VERBOSE,
)


def masked(change: Change) -> tuple[Any, Any, bool]:
    """Return before, after and whether anything in them is masked; an absent side stays None."""
    if change.sensitive or _is_secretive(change.path):
        sides = (change.before, change.after)
        before, after = (None if side is None else shown_masked(side) for side in sides)
        return before, after, True
    before, after = (_hidden(side, change.path) for side in (change.before, change.after))
    return before, after, (before, after) != (change.before, change.after)


def _is_secretive(path: str) -> bool:
    # A change may lie below the value that is hidden, so every beginning of the path counts.
    ends = [at for at, letter in enumerate(path) if letter in ".["] + [len(path)]
    return any(_SECRETIVE.search(path[:end]) for end in ends)


def _hidden(value: Any, path: str) -> Any:
    """The same JSON with what its paths call secretive masked, however deep."""
    if _SECRETIVE.search(path):
        return MASK
    if isinstance(value, dict):
        return {key: _hidden(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, f"{path}[{at}]") for at, item in enumerate(value)]
    return value
