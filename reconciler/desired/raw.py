"""What a manifest gives raw, merged into what it says in words: nothing of either is lost."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message

from reconciler.desired.problems import Problems
from reconciler.manifest import Manifest, Raw

Steps = tuple[str | int, ...]


def merge_raw(
    message: Message, raw: Raw | None, manifest: Manifest, path: Steps, problems: Problems
) -> None:
    """Merge `raw` into `message`; where both say something, and not the same, is a problem.

    Messages and maps are merged entry by entry; lists are joined, the raw one last.

    Args:
        path: Where the raw part stands in the manifest.
    """
    if raw is None:
        return
    for steps in merge(message, raw.message):
        problems.error(
            "said-twice",
            f"{'.'.join(map(str, steps))} is said in words and raw, each time differently",
            manifest.origin_of(*path, *steps),
            hint="say it once",
        )


def is_absent(raw: Raw | None, *field: str) -> bool:
    """True if the document takes this field away, or one around it, which habit would send."""
    return raw is not None and any(field[: n + 1] in raw.absent for n in range(len(field)))


def merge(target: Message, source: Message, path: Steps = ()) -> Iterator[Steps]:
    """Merge `source` into `target`, yielding the paths (in JSON's names) where they contradict."""
    for field, value in source.ListFields():
        here = (*path, field.json_name)
        rival = field.containing_oneof and target.WhichOneof(field.containing_oneof.name)
        if rival and rival != field.name:
            yield here
        elif field.message_type is not None and field.message_type.GetOptions().map_entry:
            yield from _merge_map(getattr(target, field.name), value, field, here)
        elif field.is_repeated:
            getattr(target, field.name).extend(value)
        elif field.message_type is not None:
            part = getattr(target, field.name)
            part.SetInParent()
            yield from merge(part, value, here)
        elif _is_said(target, field) and getattr(target, field.name) != value:
            yield here
        else:
            setattr(target, field.name, value)


def _merge_map(target: Any, source: Any, field: Any, path: Steps) -> Iterator[Steps]:
    is_message = field.message_type.fields_by_name["value"].message_type is not None
    for key, value in source.items():
        if is_message:
            # Merely to ask for an entry makes it.
            yield from merge(target[key], value, (*path, key))
        elif key in target and target[key] != value:
            yield (*path, key)
        else:
            target[key] = value


def _is_said(message: Message, field: Any) -> bool:
    if field.has_presence:
        return message.HasField(field.name)
    return bool(getattr(message, field.name))
