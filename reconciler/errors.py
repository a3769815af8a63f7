"""Every error a user can meet, and the exit code each leads to.

    ReconcilerError                          1
    ├── ManifestError                        1   every diagnostic of every file at once
    ├── ConfigError                          1   endpoint, workspace file, options
    ├── UnreachableError                     1   nobody answers at the endpoint
    ├── ApplyRefusedError                    1   not confirmed, or the world moved before a write
    │   └── GuardError                       3   a lawful plan that is rather a mistake
    ├── PlanFileError                        1   no saved plan, a damaged one, another version's
    ├── StalePlanError                       4   a saved plan for a world that is gone
    ├── OversizedError                       1   a request that Admin would not even read
    ├── BundleError                          1   code that cannot be bundled, or has changed since
    ├── UploadError                          1   the object store did not take a bundle
    ├── LedgerError                          1   the ledger cannot be read, or is damaged
    │   └── LedgerMovedError                 1   somebody else appended to it first
    ├── LockedError                          6   somebody else applies, or claims what we claim
    ├── ForeignOwnerError                    3   another workspace owns what we would write
    ├── LockLostError                        1   somebody else took our lock
    ├── OlderCommitError                     4   what was applied last is newer than what we have
    ├── PlanRanError                         4   a saved plan that was applied already
    ├── FetchError                           1   a package's URL gave nothing, or something else
    ├── BuildError                           1   a package's own command failed, or gave none
    ├── RegistryError                        1   a container registry has no such image, or refuses
    ├── LoginError                           7   no token could be had to log in with
    ├── MetricsError                         1   nobody took the metrics of a drift report
    └── AdminError                           1   Admin refused one call; a class for each gRPC code
        ├── UnauthenticatedError             7
        ├── PermissionDeniedError            7
        ├── InvalidArgumentError             1
        │   └── VersionConflictError         1   the version exists with other content
        └── … CancelledError, UnknownError, DeadlineExceededError, NotFoundError,
              AlreadyExistsError, ResourceExhaustedError, FailedPreconditionError,
              AbortedError, OutOfRangeError, UnimplementedError, InternalError,
              UnavailableError, DataLossError

A conflict that planning finds is no exception but a row of the plan (`model.Conflict`); only one
that arose between plan and apply is.
Foreign errors are translated once, at the seam where they come in, `from` the original.
"""

from collections.abc import Sequence
from typing import ClassVar

from google.protobuf.message import Message

from reconciler.model import Diagnostic, ResourceId


class ReconcilerError(Exception):
    """Whatever this project raises on purpose. The message names the thing and the way out."""


class ManifestError(ReconcilerError):
    """The manifests cannot be used as they are; `diagnostics` says everything that is wrong."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class ConfigError(ReconcilerError):
    """An endpoint, a workspace file or an option that cannot be used as it is."""


class UnreachableError(ReconcilerError):
    """Nobody answers at the endpoint, or not as Flyte Admin would."""


class ApplyRefusedError(ReconcilerError):
    """Nothing was written: the plan was not confirmed, or it cannot be carried out."""


class PlanFileError(ReconcilerError):
    """The file is no saved plan, or was damaged, or was written by another version."""


class StalePlanError(ReconcilerError):
    """A saved plan was made for a world that is gone, so none of it was carried out.

    Attributes: `moved`, a line for each object that is no longer as the plan found it.
    """

    def __init__(self, moved: Sequence[str]) -> None:
        self.moved = tuple(moved)
        lines = "".join(f"\n  {line}" for line in self.moved)
        super().__init__(f"the saved plan is stale, and nothing was written:{lines}\nplan again")


class GuardError(ApplyRefusedError):
    """The plan could be carried out and is rather a mistake; a flag says that it is none."""


class OversizedError(ReconcilerError):
    """A request above the size that Admin reads; it was not sent.

    Attributes: `id` of the resource; `size` of its request and `limit`, both in bytes.
    """

    def __init__(self, id: ResourceId, *, size: int, limit: int) -> None:
        self.id = id
        self.size = size
        self.limit = limit
        super().__init__(
            f"{id} takes a request of {size:,} bytes, and Flyte Admin reads at most {limit:,}; "
            "make its specification smaller"
        )


class BundleError(ReconcilerError):
    """A folder or archive cannot be the bundle it is to be; `problems` says everything wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        # Names of files may be bytes that are no text, and nobody could write those.
        self.problems = tuple(one.encode("utf-8", "replace").decode() for one in problems)
        super().__init__("; ".join(self.problems))


class UploadError(ReconcilerError):
    """The object store did not take an upload.

    Attributes: `url` without its query, which is a credential; `status` of the HTTP answer, 0 if
    there was none; `text` the store's own words.
    """

    def __init__(self, text: str, *, url: str, status: int = 0) -> None:
        self.text = text
        self.url = url
        self.status = status
        answer = f"HTTP {status}: " if status else ""
        super().__init__(f"upload to {url}: {answer}{text}")


class FetchError(ReconcilerError):
    """What a URL is to hold could not be had, or it is not what its digest says."""


class LedgerError(ReconcilerError):
    """The ledger cannot be used as it is: unreadable, damaged, or of a newer version."""


class AmbiguousNameError(LedgerError):
    """A name that is typed means several things."""


class LedgerMovedError(LedgerError):
    """Somebody else appended the entry that we wanted to: read the head again.

    Attributes: `ledger` by name; `serial` of the entry that is not ours.
    """

    def __init__(self, ledger: str, serial: int) -> None:
        self.ledger = ledger
        self.serial = serial
        super().__init__(f"{ledger}: entry {serial} was appended by someone else; try again")


class LockedError(ReconcilerError):
    """Somebody else holds the lock; nothing was written.

    Attributes: `workspace` whose lock it is; `serial` of the entry that took it.
    """

    def __init__(self, text: str, *, workspace: str, serial: int) -> None:
        self.workspace = workspace
        self.serial = serial
        super().__init__(text)


class ForeignOwnerError(ReconcilerError):
    """Another workspace of the same home owns what this one would write.

    Attributes: `workspace` the owner; `ids` what it owns.
    """

    def __init__(self, workspace: str, ids: Sequence[ResourceId]) -> None:
        self.workspace = workspace
        self.ids = tuple(ids)
        some = ", ".join(str(id) for id in self.ids[:3])
        more = f" and {len(self.ids) - 3} more" if len(self.ids) > 3 else ""
        super().__init__(
            f"the workspace {workspace} owns {some}{more}; take it out of the manifests of one"
        )


class LockLostError(ReconcilerError):
    """Our lock was taken from us; nothing more is written."""


class OlderCommitError(ReconcilerError):
    """The commit applied last is not among the ancestors of this one."""


class PlanRanError(ReconcilerError):
    """A saved plan runs once, and this one has."""


class BuildError(ReconcilerError):
    """The command that makes a package failed, or what it made is none."""


class RegistryError(ReconcilerError):
    """A container registry that cannot be asked, refuses, or has no such image."""


class LoginError(ReconcilerError):
    """No token: the command, the authorization server or Admin's word about it is missing."""


class MetricsError(ReconcilerError):
    """Metrics could not be written or sent; what the command told stands."""


class AdminError(ReconcilerError):
    """Admin refused one call, or gave no answer to it.

    Attributes: `code` the gRPC status by name; `text` Admin's own words; `details` its decoded
    status details; `method` the RPC; `subject` the id it was about, if one is known; `in_doubt`
    True if a write may have been carried out although its answer was lost: read before judging.
    """

    code: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        text: str,
        *,
        method: str = "",
        subject: str = "",
        details: Sequence[Message] = (),
        in_doubt: bool = False,
    ) -> None:
        self.text = text
        self.method = method
        self.subject = subject
        self.details = tuple(details)
        self.in_doubt = in_doubt
        about = f" for {subject}" if subject else ""
        super().__init__(f"{method or 'Admin'}{about}: {self.code}: {text or 'no message'}")


class CancelledError(AdminError):
    code = "CANCELLED"


class UnknownError(AdminError):
    """Admin's word for an SQL error it does not know: neither transient nor about credentials."""

    code = "UNKNOWN"


class InvalidArgumentError(AdminError):
    code = "INVALID_ARGUMENT"


class VersionConflictError(InvalidArgumentError):
    """Admin holds this version with other content, and versions never change: use a new one."""


class DeadlineExceededError(AdminError):
    code = "DEADLINE_EXCEEDED"


class NotFoundError(AdminError):
    code = "NOT_FOUND"


class AlreadyExistsError(AdminError):
    code = "ALREADY_EXISTS"


class PermissionDeniedError(AdminError):
    code = "PERMISSION_DENIED"


class ResourceExhaustedError(AdminError):
    code = "RESOURCE_EXHAUSTED"


class FailedPreconditionError(AdminError):
    code = "FAILED_PRECONDITION"


class AbortedError(AdminError):
    code = "ABORTED"


class OutOfRangeError(AdminError):
    code = "OUT_OF_RANGE"


class UnimplementedError(AdminError):
    code = "UNIMPLEMENTED"


class InternalError(AdminError):
    code = "INTERNAL"


class UnavailableError(AdminError):
    code = "UNAVAILABLE"


class DataLossError(AdminError):
    code = "DATA_LOSS"


class UnauthenticatedError(AdminError):
    code = "UNAUTHENTICATED"
