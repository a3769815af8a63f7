"""One document → one model of the right kind, or every reason why it is none."""

import marshal
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, TypeVar

from pydantic import ValidationError

from reconciler.manifest.explain import explain
from reconciler.manifest.layers import Layered
from reconciler.manifest.models.base import Manifest, Positions
from reconciler.manifest.suggest import did_you_mean
from reconciler.model import Diagnostic, describe_value

M = TypeVar("M", bound=Manifest)


def validate(
    value: Any,
    document: Positions,
    kinds: Mapping[str, type[M]],
    problems: list[Diagnostic],
    *,
    names: Mapping[str, Mapping[str, str]] | None = None,
    images: Mapping[str, str] | None = None,
    said_in: tuple[str, str] | None = None,
) -> M | None:
    """Return a document's value as the model that its `kind` names in `kinds`.

    Args:
        names: How the environment calls the projects and domains that references name.
        images: The workspace's images by name.
        said_in: Project and domain as written, where the environment calls them otherwise.

    None if it is no such thing; then `problems` has grown by the reasons.
    """
    if not isinstance(value, dict):
        message = f"a manifest is a mapping, found {describe_value(value)}"
        problems.append(Diagnostic("wrong-type", message, document.origin(())))
        return None
    kind = value.get("kind")
    model = kinds.get(kind) if isinstance(kind, str) else None
    if model is None:
        problems.append(_no_kind(value, document, kinds))
        return None
    try:
        manifest = model.model_validate(value, context=names)
    except ValidationError as error:
        problems += explain(error, document, model)
        return None
    digest = _digest(value, document, names)
    manifest.read_from(document, images, said_in, digest)
    return manifest


def _digest(
    value: Mapping[str, Any], document: Positions, names: Mapping[str, Mapping[str, str]] | None
) -> bytes:
    """A digest of a document's whole value and of `names`: they decide what its model is."""
    if isinstance(document, Layered) and document.is_sensitive:
        return b""
    try:
        # The second version writes equal values alike, whichever of their parts are shared.
        data = marshal.dumps((dict(value), _plain(names)), 2)
    except ValueError:
        return b""
    return blake2b(data, digest_size=16).digest()


def _no_kind(
    value: Mapping[str, Any], document: Positions, kinds: Mapping[str, type[M]]
) -> Diagnostic:
    if "kind" not in value:
        message = f"the document lacks kind: {' or '.join(kinds)}"
        return Diagnostic("missing-field", message, document.origin(()))
    kind = value["kind"]
    place = document.value_origin(("kind",))
    if not isinstance(kind, str):
        message = f"kind: expected a text, found {describe_value(kind)}"
        return Diagnostic("wrong-type", message, place)
    return Diagnostic("unknown-kind", f"unknown kind {kind}", place, did_you_mean(kind, kinds))


def _plain(names: Mapping[str, Mapping[str, str]] | None) -> dict[str, dict[str, str]]:
    return {kind: dict(some) for kind, some in names.items()} if names else {}
