"""What people hand over to be downloaded, as literals by name, or as a URI."""

import os
from collections.abc import Mapping
from typing import Any

from flyteidl.core.literals_pb2 import Literal, LiteralMap

_ALONE = "data"  # what flytekit names a literal that has no name


def literals_of(data: Any) -> "dict[str, Literal] | str":
    """Literals by name, of messages, flytekit's models, resolvers and executions; or a URI.

    Raises: TypeError if it is nothing of the kind.
    """
    if isinstance(data, str):
        return data
    if isinstance(data, os.PathLike):
        return str(os.fspath(data))
    if isinstance(data, Literal):
        return {_ALONE: data}
    if isinstance(data, LiteralMap):
        return dict(data.literals)
    members = _members(data)
    if members is not None:
        return {str(name): _message(one) for name, one in members.items()}
    if hasattr(data, "to_flyte_idl"):
        return literals_of(data.to_flyte_idl())
    if hasattr(data, "outputs"):  # an execution
        return literals_of(data.outputs)
    raise TypeError(
        f"{type(data).__name__} cannot be downloaded: give a literal, a map of literals, the "
        "inputs or outputs of an execution, or a URI"
    )


def _members(data: Any) -> Mapping[str, Any] | None:
    for name in ("literals", "_literals"):  # ours and flytekit's resolvers, flytekit's map
        found = getattr(data, name, None)
        if isinstance(found, Mapping):
            return found
    return data if isinstance(data, Mapping) else None


def _message(one: Any) -> Literal:
    found = one.to_flyte_idl() if hasattr(one, "to_flyte_idl") else one
    if isinstance(found, Literal):
        return found
    raise TypeError(f"{type(one).__name__} is no literal; hand over literals, not Python values")
