"""`forEach`: one document that stands for several.

    forEach: [eu, us]                              each.key and each.value: eu, then us
    forEach: {eu: {bucket: a}, us: {bucket: b}}    each.key: eu; each.value.bucket: a
    forEach: {matrix: {region: [eu, us], size: [s, l]}, exclude: [{region: us, size: l}]}
                                                   each.key: eu-s; each.region: eu; each.size: s

Keys are what tells the instances apart, so they come from what is listed and never from a
position: one more entry at the front makes one more document, and leaves the others as they were.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from reconciler.manifest.models.base import Path, Positions
from reconciler.manifest.rules import place_of
from reconciler.manifest.substitute import Known, names_in, substitute
from reconciler.model import Diagnostic, describe_value

FIELD = "forEach"
MOST_INSTANCES = 10_000
_RESERVED = ("key", "value")


@dataclass(frozen=True, slots=True)
class Instance:
    """One document of several, and what is known in it; `key` is "" without a `forEach`."""

    key: str
    value: Any
    places: Positions
    known: Known


class _Refused(Exception):
    def __init__(self, message: str, path: Path = (), hint: str = "") -> None:
        self.path = path
        self.hint = hint
        super().__init__(message)


def instances(
    value: Mapping[str, Any], places: Positions, known: Known, problems: list[Diagnostic]
) -> Iterator[Instance]:
    """Yield the documents that one stands for; none, and a problem, if its `forEach` is wrong."""
    if FIELD not in value:
        yield Instance("", value, places, known)
        return
    before = len(problems)
    listed, _ = substitute({FIELD: value[FIELD]}, places, known, problems)
    if len(problems) > before:
        return
    try:
        each = _listed(listed[FIELD])
        if not each and not names_in(value[FIELD]):
            # A variable may hold nothing in one environment; what is written out is a mistake.
            raise _Refused("nothing is listed", hint="remove the document, or list something")
        template = {key: item for key, item in value.items() if key != FIELD}
        if len(each) > 1 and not _named_by_each(template):
            raise _Refused(
                f"all {len(each)} documents would have one name",
                hint="put ${each.key} into metadata.name",
            )
    except _Refused as error:
        origin = places.value_origin((FIELD, *error.path))
        problems.append(Diagnostic("for-each", f"{FIELD}: {error}", origin, error.hint))
        return
    sensitive = any(name in known.sensitive for name in names_in(value[FIELD]))
    for key, meaning in each.items():
        yield Instance(key, template, places, known.with_each(meaning, sensitive=sensitive))


def _listed(value: Any) -> dict[str, dict[str, Any]]:
    """Key → what `each` means there."""
    match value:
        case list():
            found = _of_list(value)
        case dict() if isinstance(axes := value.get("matrix"), dict):
            found = _of_matrix(axes, {key: value[key] for key in value if key != "matrix"})
        case dict():
            found = {key: {"key": key, "value": item} for key, item in value.items()}
        case _:
            raise _Refused(
                f"expected a list, a mapping or a matrix, found {describe_value(value)}"
            )
    if len(found) > MOST_INSTANCES:
        raise _Refused(f"{len(found)} documents are more than {MOST_INSTANCES}")
    return found


def _of_list(items: list[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for at, item in enumerate(items):
        key = _key(item, (at,))
        if key in found:
            raise _Refused(f"{key} is listed twice", (at,))
        found[key] = {"key": key, "value": item}
    return found


def _of_matrix(axes: dict[str, Any], others: dict[str, Any]) -> dict[str, dict[str, Any]]:
    unknown = next((key for key in others if key != "exclude"), None)
    if unknown is not None:
        raise _Refused(f"beside matrix there can only be exclude, not {unknown}", (unknown,))
    for name, items in axes.items():
        if name in _RESERVED:
            raise _Refused(f"an axis cannot be named {name}", ("matrix", name))
        if not isinstance(items, list):
            message = f"the axis {name} must be a list, found {describe_value(items)}"
            raise _Refused(message, ("matrix", name))
    excluded = others.get("exclude", [])
    if not (isinstance(excluded, list) and all(isinstance(one, dict) for one in excluded)):
        raise _Refused("exclude must be a list of mappings, axis to value", ("exclude",))
    for at, one in enumerate(excluded):
        for name in one:
            if name not in axes:
                raise _Refused(f"there is no axis {name}", ("exclude", at, name))
    number = 1
    for items in axes.values():
        number *= len(items)
    if number > MOST_INSTANCES:
        raise _Refused(f"{number} documents are more than {MOST_INSTANCES}", ("matrix",))
    found: dict[str, dict[str, Any]] = {}
    for combination in product(*(list(enumerate(items)) for items in axes.values())):
        values = {name: item for name, (_, item) in zip(axes, combination, strict=True)}
        if any(one.items() <= values.items() for one in excluded if one):
            continue
        key = "-".join(
            _key(item, ("matrix", name, at))
            for name, (at, item) in zip(axes, combination, strict=True)
        )
        if key in found:
            raise _Refused(f"two combinations have the key {key}", ("matrix",))
        found[key] = {**values, "key": key, "value": values}
    return found


def _key(item: Any, path: Path) -> str:
    match item:
        case bool():
            return str(item).lower()
        case str() | int() | float() if item != "":
            return str(item)
    raise _Refused(
        f"{describe_value(item)} gives no stable name",
        path,
        hint="list texts or numbers, or write a mapping: key: value",
    )


def _named_by_each(template: Mapping[str, Any]) -> bool:
    named = [str(part) for part in place_of(template)]
    spec = template.get("spec")
    if isinstance(spec, dict):
        named.append(str(spec.get("version", "")))
    return any(name.startswith("each.") for part in named for name in names_in(part))
