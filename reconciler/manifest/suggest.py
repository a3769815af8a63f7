"""The nearest valid name, for hints."""

import difflib
from collections.abc import Collection

_MANY = 12


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint that names the nearest of `known`, or all of them if none is near and they are few.

    Case and underscores do not count, so `fixed_inputs` finds `fixedInputs`.
    """
    folded = {_fold(candidate): candidate for candidate in known}
    nearest = difflib.get_close_matches(_fold(name), folded, n=1)
    if nearest:
        return f"did you mean {folded[nearest[0]]}?"
    if not known:
        return "there are none"
    if len(known) <= _MANY:
        return f"there {'is only' if len(known) == 1 else 'are'} {', '.join(known)}"
    return ""


def _fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
