"""What Admin answers a call with: a class for each gRPC code."""

from collections.abc import Sequence
from typing import Any, ClassVar

from google.protobuf.message import Message

from reconciler.errors.base import NotServedError, ReconcilerError, TooLateError, revived
from reconciler.model import Change


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
