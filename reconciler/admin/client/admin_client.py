"""AdminClient: every RPC of Admin under the names that people know."""

from types import TracebackType
from typing import Any, Self

from reconciler.admin.calls import AdminCalls
from reconciler.admin.client.cache import Cache
from reconciler.admin.client.dataproxy import DataProxy
from reconciler.admin.client.launches import Launches
from reconciler.admin.client.names import Names
from reconciler.admin.client.places import Places
from reconciler.admin.client.progress import Progress
from reconciler.admin.client.progress_lists import ProgressLists
from reconciler.admin.client.version_lists import VersionLists
from reconciler.admin.client.versions import Versions
from reconciler.admin.connection import Connection, connect
from reconciler.admin.retry import RetryPolicy
from reconciler.config import Config


class AdminClient(
    Versions, VersionLists, Names, Launches, Progress, ProgressLists, Places, DataProxy
):
    """Admin, call by call. Safe to use from many threads.

    The names and arguments are those of flytekit's SynchronousFlyteClient; what goes in and comes
    out are flyteidl's messages, whole (flytekit's models are taken too). The RPCs that it lacks
    are here as well, and what it does with pages `iter_…` does with every row.

    A call has a deadline and is repeated as `retry` says; what never changes is asked for once.

    Raises: AdminError, of the class of its gRPC code (`NotFoundError`, `AlreadyExistsError`, …),
        or UnreachableError; each is also a `grpc.RpcError`. ValueError for an incomplete id,
        FilterError for a filter that Admin cannot be asked for: before anything is sent.
    """

    def __init__(
        self,
        to: Any = None,
        *,
        policy: RetryPolicy | None = None,
        cache: Cache | None = None,
    ) -> None:
        """Prepare to talk to an Admin; nothing is sent yet.

        Args:
            to: Its Config or its endpoint; None for what files and environment name; flytekit's
                PlatformConfig, of which endpoint and `insecure` count, for how to log in there
                comes from files and environment; or the calls of a connection that is there
                already, which then is not this client's to close.
            policy: Deadlines and repeats, if not the usual ones.
            cache: Of what never changes; None for one of its own, of 64 MiB.

        Raises: ConfigError or UnreachableError if no channel can be opened at all.
        """
        self._connection: Connection | None = None
        if isinstance(to, AdminCalls):
            calls = to
        else:
            self._connection = connect(_config(to), policy=policy)
            calls = self._connection.calls
        super().__init__(calls, cache=cache)

    def close(self) -> None:
        """Hang up, if the connection is this client's own."""
        if self._connection:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _config(to: Any) -> Config:
    match to:
        case None:
            return Config.auto()
        case str():
            return Config.for_endpoint(to)
        case Config():
            return to
    platform = getattr(to, "platform", to)  # flytekit's Config has one
    if not hasattr(platform, "endpoint"):
        raise TypeError(f"{to!r} names no Admin; give a Config or an endpoint")
    return Config.for_endpoint(platform.endpoint, insecure=getattr(platform, "insecure", None))
