"""Compare two canonical specs and name the fields that differ.

Both sides come in the form that Admin hashes (`model.to_canonical`), so 'no change' here and
'identical structure' there are the same judgement.
"""

from collections.abc import Iterator
from typing import Any

from reconciler.model import (
    Change,
    Kind,
    Resource,
    by_task_type,
    comparable,
    outlined,
    to_canonical,
)

# Fields that every spec of a kind is wrapped in, and that say nothing to a reader.
_WRAPPERS = (
    *("template", "primary.template", "spec"),
    # Of attributes, whose type the id says.
    *("taskResourceAttributes", "clusterResourceAttributes", "executionQueueAttributes"),
    *("executionClusterLabel", "pluginOverrides", "workflowExecutionConfig", "clusterAssignment"),
)


def compare(before: Resource, after: Resource) -> tuple[Change, ...]:
    """Return every field in which two specs of one resource differ, in path order.

    Shape: empty exactly when the digests agree, but for what depends on where code was uploaded
        or packaged alone (`model.comparable`). Lists are compared position by position, as
        their order counts for Admin, and those of plain values by what came and went; a field on
        one side only has None on the other.
    """
    if before.outline:
        return _by_outline(before, after)
    # The same message is the same in every form, and telling costs a thousandth of its JSON.
    if before.is_alike(after) or before.spec == after.spec or before.canonical == after.canonical:
        return ()
    found, wanted = (comparable(one.canonical, after.bundles) for one in (before, after))
    if found == wanted:
        return ()
    if after.id.kind is Kind.ATTRIBUTES:
        found, wanted = by_task_type(found), by_task_type(wanted)
    return differences(found, wanted)


def _by_outline(before: Resource, after: Resource) -> tuple[Change, ...]:
    """Which fields differ as far as an outline tells; that some do, the digest does."""
    if before.digest == after.digest or (after.content_addressed and before.id == after.id):
        return ()
    wanted = to_canonical(outlined(after.spec)) if after.spec is not None else {}
    found = differences(before.canonical, wanted)
    return found or (Change("content", before.digest.hex()[:12], after.digest.hex()[:12]),)


def differences(before: Any, after: Any) -> tuple[Change, ...]:
    """Return where two JSON values differ, in path order; nothing is left out of account.

    Shape: a key that stands in brackets, as `readable` makes them of lists, is part of the path as
        it is: `nodes[load].metadata.retries`.
    """
    changes = {change.path: change for change in _walk(before, after, [])}
    return tuple(changes[path] for path in sorted(changes))


def _walk(before: Any, after: Any, path: list[Any]) -> Iterator[Change]:
    """What differs below a path; mappings are gone through here, which is most of any spec."""
    # To Python True is 1.
    if before == after and isinstance(before, bool) is isinstance(after, bool):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            if key not in before:
                yield Change(_readable([*path, key]), None, after[key])
            elif key not in after:
                yield Change(_readable([*path, key]), before[key], None)
            else:
                yield from _walk(before[key], after[key], [*path, key])
    elif isinstance(before, list) and isinstance(after, list):
        yield from _listed(before, after, path)
    else:
        yield Change(_readable(path), before, after)


def _listed(before: list[Any], after: list[Any], path: list[Any]) -> Iterator[Change]:
    # Imported late: it costs half a second, and most plans change nothing.
    from deepdiff import DeepDiff

    diff = DeepDiff(
        before,
        after,
        view="tree",
        # 1 and 1.0 are one number to Admin, which hashes every number as a double.
        ignore_numeric_type_changes=True,
        # Fields that differ, however few of their mapping's are the same.
        threshold_to_diff_deeper=0,
    )
    for levels in diff.values():
        for level in levels:
            yield Change(
                path=_readable([*path, *level.path(output_format="list")]),
                before=_absent_as_none(level.t1),
                after=_absent_as_none(level.t2),
            )


def _readable(path: list[Any]) -> str:
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.startswith("["):
            text += part
        else:
            text += f".{part}" if text else str(part)
    for wrapper in _WRAPPERS:
        if text.startswith(f"{wrapper}."):
            return text.removeprefix(f"{wrapper}.")
    return text


def _absent_as_none(value: Any) -> Any:
    # deepdiff has its own singleton for "not there".
    return None if type(value).__name__ == "NotPresent" else value
