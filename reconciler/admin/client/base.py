"""What all parts of AdminClient stand on."""

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from flyteidl.admin.version_pb2 import GetVersionRequest, GetVersionResponse

from reconciler.admin.calls import AdminCalls
from reconciler.admin.client.cache import Cache
from reconciler.admin.client.streaming import rows
from reconciler.admin.paging import Page

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


class Based:
    """The calls of one connection, and what is remembered of their answers.

    Attributes:
        cache: What never changes of what was asked for.
    """

    def __init__(self, calls: AdminCalls, *, cache: Cache | None = None) -> None:
        self._calls = calls
        self.cache = cache or Cache()

    @property
    def calls(self) -> AdminCalls:
        """A method for every RPC, with request and response messages; on the same connection."""
        return self._calls

    @property
    def endpoint(self) -> str:
        """Where Admin is: host and port."""
        return self._calls.endpoint

    def get_version(self) -> GetVersionResponse:
        """What Admin says of itself; asked once."""
        return self.cache.get("version", lambda: self.calls.get_version(GetVersionRequest()))

    def get_control_plane_version(self) -> str:
        """The version of Admin, `unknown` where its build does not say."""
        version: str = self.get_version().control_plane_version.Version
        return version

    def is_at_least(self, version: str) -> bool:
        """Tell whether Admin is of this version or newer, as `1.11`; a build that says none is.

        Costs a call the first time.
        """
        ours = _VERSION.match(self.get_control_plane_version())
        return ours is None or _numbers(ours) >= _numbers(_parsed(version))


def _parsed(version: str) -> re.Match[str]:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is no version; write one like 1.11 or 1.11.2")
    return found


def _numbers(version: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(part or 0) for part in version.groups())


@dataclass(frozen=True, slots=True)
class Source:
    """One list with its filters and its order: for a page, or for every row.

    Attributes:
        what: Its rows, for messages.
        call: The RPC.
        request: All of its request but limit and token.
        field: Where the answer has its rows.
        key: Tells rows apart.
        finish: What is added to a row that Admin leaves out.
    """

    what: str
    call: Callable[[Any], Any]
    request: Any
    field: str
    key: Callable[[Any], Hashable]
    finish: Callable[[Any], None] | None = None

    def page(self, limit: int, token: str | None) -> tuple[list[Any], str]:
        """One page, and the token of the next, empty if there is none."""
        found = self._fetch(limit, token or "")
        return list(found.rows), found.token

    def every(self, page_size: int, limit: int | None = None) -> Iterator[Any]:
        """Every row, or so many of them (see `streaming.rows`)."""
        return rows(self._fetch, key=self.key, limit=page_size, most=limit, what=self.what)

    def _fetch(self, limit: int, token: str) -> Page[Any]:
        request = type(self.request)()
        request.CopyFrom(self.request)
        request.limit, request.token = limit, token
        answer = self.call(request)
        found = getattr(answer, self.field)
        if self.finish:
            for row in found:
                self.finish(row)
        return Page(found, answer.token)


def typed(resource_type: int) -> Callable[[Any], None]:
    """Say the type of a row's id, which Admin leaves out of lists."""

    def finish(row: Any) -> None:
        row.id.resource_type = resource_type

    return finish


def by_id(row: Any) -> Hashable:
    """What tells versions of one place apart."""
    id = row.id
    return id.project, id.domain, id.name, id.version
