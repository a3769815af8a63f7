"""Executions, newest first, as many as are looked at."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from reconciler.admin import desc
from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution

Row = TypeVar("Row")
# Specs and closures may be large, and often only the first few are wanted.
_PAGE = 100


class Stream(Sequence[Row], Generic[Row]):
    """A sequence that is read as far as it is looked at: `found[0]` costs one page, `len` all."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._read: list[Row] = []

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            ends = [end for end in (index.start, index.stop) if end is not None]
            self._reach(None if index.stop is None or min(ends) < 0 else index.stop)
        else:
            self._reach(None if index < 0 else index + 1)
        return self._read[index]

    def __iter__(self) -> Iterator[Row]:
        at = 0
        while True:
            self._reach(at + 1)
            if at >= len(self._read):
                return
            yield self._read[at]
            at += 1

    def __len__(self) -> int:
        self._reach(None)
        return len(self._read)

    def __bool__(self) -> bool:
        self._reach(1)
        return bool(self._read)

    def __repr__(self) -> str:
        return f"<{len(self._read)} read so far>"

    def _reach(self, count: int | None) -> None:
        while count is None or len(self._read) < count:
            row = next(self._rows, None)
            if row is None:
                return
            self._read.append(row)


def recent(
    remote: Any, *, project: str, domain: str, limit: int | None, filters: Any, page: int = _PAGE
) -> Stream[FlyteWorkflowExecution]:
    """List the executions of a place, newest first; archived ones only if a filter says `state`.

    Args:
        limit: None for all.
    """
    rows = remote._connection.client.iter_executions(
        project,
        domain,
        filters=filters,
        sort_by=desc("created_at"),
        limit=limit,
        page_size=page,
    )
    return Stream(FlyteWorkflowExecution(row, remote, listed=True) for row in rows)
