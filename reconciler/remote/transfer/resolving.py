"""Literals by name as the values that they stand for."""

from pathlib import Path
from typing import Any

from flyteidl.core.literals_pb2 import Literal, LiteralMap

from reconciler.remote.executions.data import offloaded
from reconciler.remote.executions.resolver import LiteralsResolver


def resolver_of(literals: LiteralMap, what: str, remote: Any) -> LiteralsResolver:
    """Values that are converted when they are looked at, and can be downloaded.

    Args:
        what: How messages name them.
        remote: Whose data they are.
    """

    def load(uri: str) -> Literal:
        return offloaded(remote._data_access.objects.read(uri), uri)

    def bring(values: LiteralsResolver, to: Path, recursive: bool) -> None:
        remote.download(values, to, recursive=recursive)

    return LiteralsResolver(literals, what=what, load=load, bring=bring)
