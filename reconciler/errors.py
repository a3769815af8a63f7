"""Every error a user can meet, and the exit code each leads to.

    ReconcilerError                          1
    ├── ManifestError                        1   every diagnostic of every file at once
    ├── ConfigError                          1   endpoint, workspace file, options
    ├── NotServedError                       1   nobody answers, or nobody can
    │   ├── UnreachableError                 1   nobody answers at the endpoint
    │   └── UnavailableError                 1   Admin itself says so: an AdminError as well
    ├── TooLateError                         1   it took longer than it was given
    │   ├── WaitTimeoutError                 1   a wait: an ExecutionError as well
    │   └── DeadlineExceededError            1   a call: an AdminError as well
    ├── ApplyRefusedError                    1   not confirmed, or the world moved before a write
    │   ├── GuardError                       3   a lawful plan that is rather a mistake
    │   ├── PolicyDeniedError                3   a policy denies it, or waits for an approval
    │   └── NotReviewedError                 3   not what was reviewed, and nobody approved it
    ├── PlanFileError                        1   no saved plan, a damaged one, another version's
    ├── StalePlanError                       4   a saved plan for a world that is gone
    ├── OversizedError                       1   a request that Admin would not even read
    ├── BundleError                          1   code that cannot be bundled, or has changed since
    ├── UploadError                          1   the object store did not take a file
    ├── LedgerError                          1   the ledger cannot be read, or is damaged
    │   ├── AmbiguousNameError               1   a name that is typed means several things
    │   └── LedgerMovedError                 1   somebody else appended to it first
    ├── LockedError                          6   somebody else applies, or claims what we claim
    ├── ForeignOwnerError                    3   another workspace owns what we would write
    ├── LockLostError                        1   somebody else took our lock
    ├── OlderCommitError                     4   what was applied last is newer than what we have
    ├── PlanRanError                         4   a saved plan that was applied already
    ├── FetchError                           1   a package's URL gave nothing, or something else
    │   ├── DownloadError                    1   the object store did not give an object
    │   │   ├── MissingObjectError           1   there is none
    │   │   ├── ForbiddenObjectError         1   Admin may not read it
    │   │   └── ChangedObjectError           1   it became another while it was read
    │   └── UnsuitableError                  1   files or literals that cannot be carried
    ├── BuildError                           1   a package's own command failed, or gave none
    ├── RegistryError                        1   a container registry has no such image, or refuses
    ├── LoginError                           7   no token could be had to log in with
    ├── RegistrationError                    1   part of a registration failed; again goes on
    ├── MetricsError                         1   nobody took the metrics of a drift report
    ├── NotifyError                          1   somebody could not be told
    ├── ForgeError                           1   a forge refused, or gave no answer
    │   ├── ForgeDeniedError                 7   no token, or one that may not do this
    │   └── ForgeMissingError                1   no such request, comment or repository there
    ├── ExecutionError                       1   of an execution, what cannot be as it stands
    │   ├── InputsError                      1   inputs that the entity does not take
    │   ├── ExecutionConflictError           1   the name is taken by another execution
    │   ├── NotDoneError                     1   outputs of what runs, or failed
    │   ├── WaitTimeoutError                 1   it did not end in time
    │   └── SignalError                      1   no such signal, or not with this value
    ├── BackfillError                        1   a backfill that holds nothing, or cannot be
    ├── FilterError                          1   a filter or an order that Admin's lists lack
    └── AdminError                           1   Admin refused one call; a class for each gRPC code
        ├── UnauthenticatedError             7
        ├── PermissionDeniedError            7
        ├── InvalidArgumentError             1
        │   ├── WorkflowRejectedError        1   what Admin's compiler found
        │   └── VersionConflictError         1   the version exists with other content
        │       └── RegistrationConflictError 1  found before anything was written
        └── … CancelledError, UnknownError, DeadlineExceededError, NotFoundError,
              AlreadyExistsError, ResourceExhaustedError, FailedPreconditionError,
              AbortedError, OutOfRangeError, UnimplementedError, InternalError,
              UnavailableError, DataLossError

What a call to Admin raises is a `grpc.RpcError` as well, so that code which catches those goes on
working; the last lines of this file give the names that flytekit's exceptions have.

A conflict that planning finds is no exception but a row of the plan (`model.Conflict`); only one
that arose between plan and apply is.
Foreign errors are translated once, at the seam where they come in, `from` the original.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from google.protobuf.message import Message

from reconciler.model import Change, Diagnostic, ResourceId

Refused = TypeVar("Refused", bound="ReconcilerError")


class ReconcilerError(Exception):
    """Whatever this project raises on purpose. The message names the thing and the way out."""


class ManifestError(ReconcilerError):
    """The manifests cannot be used as they are; `diagnostics` says everything that is wrong."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class ConfigError(ReconcilerError):
    """An endpoint, a workspace file or an option that cannot be used as it is."""


class NotServedError(ReconcilerError):
    """Nobody answered, or nobody could: it may go better later."""


class UnreachableError(NotServedError):
    """Nobody answers at the endpoint, or not as Flyte Admin would."""


class ForgeError(ReconcilerError):
    """A forge (GitHub, GitLab, Gitea, Bitbucket) refused, or nobody there gave an answer.

    Attributes: `in_doubt` whether what was asked for may have happened all the same.
    """

    def __init__(self, text: str, *, in_doubt: bool = False) -> None:
        self.in_doubt = in_doubt
        super().__init__(text)


class ForgeDeniedError(ForgeError):
    """There is no token for the forge, or it lacks the permission that the message names."""


class ForgeMissingError(ForgeError):
    """The forge holds no such thing, or does not show it to this token."""


class ApplyRefusedError(ReconcilerError):
    """Nothing was written: the plan was not confirmed, or it cannot be carried out."""


class NotReviewedError(ApplyRefusedError):
    """The plan is not the one that was reviewed, and nobody has approved it since.

    Attributes: `digest` of what it does, which an approval names.
    """

    def __init__(self, text: str, *, digest: str) -> None:
        self.digest = digest
        super().__init__(text)


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


class PolicyDeniedError(GuardError):
    """A policy denies the plan, could not be evaluated, or asks for an approval nobody gave."""


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


class DownloadError(FetchError):
    """The object store did not give an object.

    Attributes: `native_url` of the object; `status` of the HTTP answer, 0 if there was none;
    `text` the store's own words.
    """

    def __init__(self, text: str, *, native_url: str, status: int = 0) -> None:
        self.text = text
        self.native_url = native_url
        self.status = status
        answer = f"HTTP {status}: " if status else ""
        super().__init__(f"{native_url}: {answer}{text}")

    def __reduce__(self) -> tuple[Any, ...]:
        return revived, (type(self), self.args, self.__dict__)


class MissingObjectError(DownloadError):
    """There is no such object."""


class ForbiddenObjectError(DownloadError):
    """Admin may not read the object, so neither may whoever has its signature.

    Stores say so of what does not exist, too, to those who may not list.
    """


class ChangedObjectError(DownloadError):
    """Somebody wrote another object in its place while it was read."""


class UnsuitableError(FetchError):
    """Files or literals that cannot be carried as they are; `problems` says everything wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        # Names of files may be bytes that are no text, and nobody could write those.
        self.problems = tuple(one.encode("utf-8", "replace").decode() for one in problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


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


class NotifyError(ReconcilerError):
    """Somebody could not be told of what happened; what did happen stands.

    Attributes: `target` who, by the name that the workspace gives it.
    """

    def __init__(self, target: str, why: str) -> None:
        self.target = target
        super().__init__(f"{target} could not be told: {why}")


class ExecutionError(ReconcilerError):
    """What was asked of an execution cannot be done as it stands."""


class InputsError(ExecutionError):
    """Inputs that the entity does not take; nothing was sent.

    Attributes: `problems`, a sentence for each that is wrong, all of them.
    """

    def __init__(self, subject: str, problems: Sequence[str]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        super().__init__(f"{subject}:" + "".join(f"\n  {one}" for one in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.subject, self.problems)


class ExecutionConflictError(ExecutionError):
    """An execution of this name exists, and it is another one; it was left alone.

    Attributes: `differences`, a sentence for each.
    """

    def __init__(self, name: str, differences: Sequence[str]) -> None:
        self.name = name
        self.differences = tuple(differences)
        lines = "".join(f"\n  {one}" for one in self.differences)
        super().__init__(f"{name} exists already and is another execution:{lines}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.differences)


class NotDoneError(ExecutionError):
    """It has not come to that yet, or never will: outputs of what runs or failed."""


class TooLateError(ReconcilerError):
    """Something took longer than it was given."""


class WaitTimeoutError(ExecutionError, TooLateError, TimeoutError):
    """What was waited for did not end in time; it goes on."""


class SignalError(ExecutionError):
    """A signal that is not there, is given already, or takes another value."""


class RegistrationError(ReconcilerError):
    """Some of what was to be registered is not there; the same again registers what is missing.

    Attributes: `failures`, a sentence for each that failed or was not tried for that; `registered`
    what came of all, a `remote.Registered`.
    """

    def __init__(self, failures: Sequence[str], registered: Any = None) -> None:
        self.failures = tuple(failures)
        self.registered = registered
        super().__init__("not all is registered:" + "".join(f"\n  {one}" for one in failures))


class BackfillError(ReconcilerError, ValueError):
    """A backfill that has no slots, or that cannot be run as it was asked for."""


class FilterError(ReconcilerError, ValueError):
    """A filter or an order that a list of Admin's has not, or cannot say; nothing was sent."""


class AdminError(ReconcilerError):
    """Admin refused one call, or gave no answer to it.

    What a call raises is a `grpc.RpcError` as well, with `code()`, `details()` and
    `trailing_metadata()`.

    Attributes: `status` the gRPC code by name; `text` Admin's own words; `attached` its decoded
    status details; `method` the RPC; `subject` what it was about, if that is known; `request_id`
    what the call was marked with, all its attempts alike, to be found in Admin's own log;
    `in_doubt` True if a write may have been carried out although its answer was lost: read before
    judging.
    """

    status: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        text: str,
        *,
        method: str = "",
        subject: str = "",
        attached: Sequence[Message] = (),
        request_id: str = "",
        in_doubt: bool = False,
    ) -> None:
        self.text = text
        self.method = method
        self.subject = subject
        self.attached = tuple(attached)
        self.request_id = request_id
        self.in_doubt = in_doubt
        about = f" for {subject}" if subject else ""
        super().__init__(f"{method or 'Admin'}{about}: {self.status}: {text or 'no message'}")

    def __reduce__(self) -> tuple[Any, ...]:
        # The usual way would call the class with the whole message as its text.
        return revived, (type(self), self.args, self.__dict__)


def revived(kind: type[Refused], args: tuple[Any, ...], state: dict[str, Any]) -> Refused:
    """Make an error again from what it was: for pickle."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class CancelledError(AdminError):
    status = "CANCELLED"


class UnknownError(AdminError):
    """Admin's word for an SQL error it does not know: neither transient nor about credentials."""

    status = "UNKNOWN"


class InvalidArgumentError(AdminError):
    status = "INVALID_ARGUMENT"


class VersionConflictError(InvalidArgumentError):
    """Admin holds this version with other content, and versions never change: use a new one.

    Attributes: `differences`, the fields that Admin told, `before` what it holds; it tells neither
    lists that only grew or shrank nor, of a workflow, anything but the interface.
    """

    differences: tuple[Change, ...] = ()


class WorkflowRejectedError(InvalidArgumentError):
    """Admin's compiler found something in a workflow; it was not registered.

    Attributes: `problems`, for each its code, the id of its node, and what it is.
    """

    problems: tuple[tuple[str, str, str], ...] = ()


class RegistrationConflictError(VersionConflictError):
    """Versions to be registered exist with other content; nothing was written.

    Attributes: `conflicts`, a sentence for each with the fields that differ; `plan`, which shows
    what each of these is and was to be.
    """

    def __init__(self, conflicts: Sequence[str], plan: Any = None) -> None:
        self.conflicts = tuple(conflicts)
        self.plan = plan
        super().__init__("; ".join(self.conflicts), method="register")


class DeadlineExceededError(AdminError, TooLateError):
    status = "DEADLINE_EXCEEDED"


class NotFoundError(AdminError):
    status = "NOT_FOUND"


class AlreadyExistsError(AdminError):
    status = "ALREADY_EXISTS"


class PermissionDeniedError(AdminError):
    status = "PERMISSION_DENIED"


class ResourceExhaustedError(AdminError):
    status = "RESOURCE_EXHAUSTED"


class FailedPreconditionError(AdminError):
    status = "FAILED_PRECONDITION"


class AbortedError(AdminError):
    status = "ABORTED"


class OutOfRangeError(AdminError):
    status = "OUT_OF_RANGE"


class UnimplementedError(AdminError):
    status = "UNIMPLEMENTED"


class InternalError(AdminError):
    status = "INTERNAL"


class UnavailableError(AdminError, NotServedError):
    status = "UNAVAILABLE"


class DataLossError(AdminError):
    status = "DATA_LOSS"


class UnauthenticatedError(AdminError):
    status = "UNAUTHENTICATED"


# The names that flytekit gives these. Its tree is another: `FlyteSystemException` is all that it
# has no name of its own for, and so the widest here.
FlyteAssertion = NotDoneError
FlyteAuthenticationException = UnauthenticatedError
FlyteEntityAlreadyExistsException = AlreadyExistsError
FlyteEntityNotExistException = NotFoundError
FlyteException = ReconcilerError
FlyteInvalidInputException = InvalidArgumentError
FlyteSystemException = AdminError
FlyteSystemUnavailableException = NotServedError
FlyteTimeout = TooLateError
FlyteValueException = InputsError
