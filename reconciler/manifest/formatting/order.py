"""In which order a document's keys are written: that of its kind's fields."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from reconciler.manifest.each import FIELD
from reconciler.manifest.models import KINDS
from reconciler.manifest.models.base import Manifest, Part
from reconciler.manifest.models.security import Secured
from reconciler.manifest.workspace.listing import Workspaces
from reconciler.manifest.workspace.models import Workspace

_MODELS: dict[str, type[Manifest]] = {
    **KINDS,
    **{kind.KIND: kind for kind in (Workspace, Workspaces)},
}
# What every document starts with, and in which order.
_HEAD = ("apiVersion", "kind", "metadata", FIELD, "spec")
_WITHIN = {
    "metadata": ("project", "domain", "name"),
    "spec": ("version", "type", "title", "description"),
}
# What is said last of all.
_LAST = ("raw", "state", "protect", "renamedFrom")


class Order:
    """The order of keys in one mapping, and what is known of the mappings inside of it.

    Where nothing is known (names that people choose, literals, protobuf JSON) keys stay as they
    are.
    """

    def __init__(self, annotation: Any = None, first: Sequence[str] = ()) -> None:
        self._annotation = annotation
        self._first = first

    @classmethod
    def of_kind(cls, kind: Any) -> "Order":
        """The order of a document of this kind; for an unknown one only its head is known."""
        return cls(_MODELS.get(kind) if isinstance(kind, str) else None, _HEAD)

    def sorted(self, keys: Sequence[str]) -> list[int]:
        """The positions of `keys` in the order they are to be written; unknown ones come last."""
        part = _part(self._annotation)
        fields = _fields(part) if part else []
        ranks = {key: rank for rank, key in enumerate(dict.fromkeys([*self._first, *fields]))}
        if not ranks:
            return list(range(len(keys)))
        return sorted(range(len(keys)), key=lambda at: (ranks.get(keys[at], len(ranks)), at))

    def inside(self, key: str) -> "Order":
        """The order in the value of a key."""
        part = _part(self._annotation)
        if part is None:
            arguments = get_args(_bare(self._annotation))
            if get_origin(_bare(self._annotation)) in (dict, Mapping) and len(arguments) == 2:
                return Order(arguments[1])
            return Order()
        found = next((f.annotation for f in part.model_fields.values() if f.alias == key), None)
        return Order(found, _WITHIN.get(key, ()) if self._first == _HEAD else ())

    def items(self) -> "Order":
        """The order in the items of a list."""
        bare = _bare(self._annotation)
        arguments = [one for one in get_args(bare) if one is not Ellipsis]
        return Order(arguments[0] if get_origin(bare) in (tuple, list) and arguments else None)


def _fields(part: type[Part]) -> list[str]:
    """The keys of a part: what it does, as whom it does that, and what concludes it."""
    keys = {name: field.alias or name for name, field in part.model_fields.items()}
    secured = Secured.model_fields if issubclass(part, Secured) else {}
    return [
        keys[name]
        for name in sorted(keys, key=lambda name: (keys[name] in _LAST, name in secured))
    ]


def _part(annotation: Any) -> type[Part] | None:
    bare = _bare(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, Part) else None


def _bare(annotation: Any) -> Any:
    """An annotation without Annotated and without `| None`."""
    while True:
        arguments = get_args(annotation)
        if hasattr(annotation, "__metadata__"):
            annotation = arguments[0]
        elif type(None) in arguments and get_origin(annotation) not in (dict, tuple):
            annotation = next(one for one in arguments if one is not type(None))
        else:
            return annotation
