"""Every error a user can meet, and the exit code each leads to.

    ReconcilerError                          1
    ├── ManifestError                        1   every diagnostic of every file at once
    ├── ConfigError                          1   endpoint, workspace file, options
    ├── UnreachableError                     1   nobody answers at the endpoint
    ├── ApplyRefusedError                    1   not confirmed, or the world moved before a write
    └── AdminError                           1   Admin refused one call; a class for each gRPC code
        ├── UnauthenticatedError             7
        ├── PermissionDeniedError            7
        └── … CancelledError, UnknownError, InvalidArgumentError, DeadlineExceededError,
              NotFoundError, AlreadyExistsError, ResourceExhaustedError,
              FailedPreconditionError, AbortedError, OutOfRangeError, UnimplementedError,
              InternalError, UnavailableError, DataLossError

A conflict between a manifest and Admin is no exception but a row of the plan (`model.Conflict`).
Foreign errors are translated once, at the seam where they come in, `from` the original.
"""

from collections.abc import Sequence
from typing import ClassVar

from google.protobuf.message import Message

from reconciler.model import Diagnostic


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


class AdminError(ReconcilerError):
    """Admin refused one call.

    Attributes: `code` the gRPC status by name; `text` Admin's own words; `details` its decoded
    status details; `method` the RPC; `subject` the id it was about, if one is known.
    """

    code: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        text: str,
        *,
        method: str = "",
        subject: str = "",
        details: Sequence[Message] = (),
    ) -> None:
        self.text = text
        self.method = method
        self.subject = subject
        self.details = tuple(details)
        about = f" for {subject}" if subject else ""
        super().__init__(f"{method or 'Admin'}{about}: {self.code}: {text or 'no message'}")


class CancelledError(AdminError):
    code = "CANCELLED"


class UnknownError(AdminError):
    """Admin's word for an SQL error it does not know: neither transient nor about credentials."""

    code = "UNKNOWN"


class InvalidArgumentError(AdminError):
    code = "INVALID_ARGUMENT"


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
