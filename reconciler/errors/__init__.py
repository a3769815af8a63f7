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
working; the last lines here give the names that flytekit's exceptions have.

A conflict that planning finds is no exception but a row of the plan (`model.Conflict`); only one
that arose between plan and apply is.
Foreign errors are translated once, at the seam where they come in, `from` the original.
"""

from reconciler.errors.admin import (
    AbortedError,
    AdminError,
    AlreadyExistsError,
    CancelledError,
    DataLossError,
    DeadlineExceededError,
    FailedPreconditionError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    OutOfRangeError,
    PermissionDeniedError,
    RegistrationConflictError,
    ResourceExhaustedError,
    UnauthenticatedError,
    UnavailableError,
    UnimplementedError,
    UnknownError,
    VersionConflictError,
    WorkflowRejectedError,
)
from reconciler.errors.applying import (
    AmbiguousNameError,
    ApplyRefusedError,
    ForeignOwnerError,
    GuardError,
    LedgerError,
    LedgerMovedError,
    LockedError,
    LockLostError,
    ManifestError,
    NotReviewedError,
    OlderCommitError,
    PlanFileError,
    PlanRanError,
    PolicyDeniedError,
    StalePlanError,
)
from reconciler.errors.base import (
    ConfigError,
    LoginError,
    NotServedError,
    ReconcilerError,
    TooLateError,
    UnreachableError,
)

# For pickle, of the rooms that raise errors of classes made up as they go.
from reconciler.errors.base import revived as revived
from reconciler.errors.carrying import (
    BuildError,
    BundleError,
    ChangedObjectError,
    DownloadError,
    FetchError,
    ForbiddenObjectError,
    MissingObjectError,
    OversizedError,
    RegistryError,
    UnsuitableError,
    UploadError,
)
from reconciler.errors.running import (
    BackfillError,
    ExecutionConflictError,
    ExecutionError,
    FilterError,
    InputsError,
    NotDoneError,
    RegistrationError,
    SignalError,
    WaitTimeoutError,
)
from reconciler.errors.telling import (
    ForgeDeniedError,
    ForgeError,
    ForgeMissingError,
    MetricsError,
    NotifyError,
)

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

__all__ = [
    "AbortedError",
    "AdminError",
    "AlreadyExistsError",
    "AmbiguousNameError",
    "ApplyRefusedError",
    "BackfillError",
    "BuildError",
    "BundleError",
    "CancelledError",
    "ChangedObjectError",
    "ConfigError",
    "DataLossError",
    "DeadlineExceededError",
    "DownloadError",
    "ExecutionConflictError",
    "ExecutionError",
    "FailedPreconditionError",
    "FetchError",
    "FilterError",
    "FlyteAssertion",
    "FlyteAuthenticationException",
    "FlyteEntityAlreadyExistsException",
    "FlyteEntityNotExistException",
    "FlyteException",
    "FlyteInvalidInputException",
    "FlyteSystemException",
    "FlyteSystemUnavailableException",
    "FlyteTimeout",
    "FlyteValueException",
    "ForbiddenObjectError",
    "ForeignOwnerError",
    "ForgeDeniedError",
    "ForgeError",
    "ForgeMissingError",
    "GuardError",
    "InputsError",
    "InternalError",
    "InvalidArgumentError",
    "LedgerError",
    "LedgerMovedError",
    "LockLostError",
    "LockedError",
    "LoginError",
    "ManifestError",
    "MetricsError",
    "MissingObjectError",
    "NotDoneError",
    "NotFoundError",
    "NotReviewedError",
    "NotServedError",
    "NotifyError",
    "OlderCommitError",
    "OutOfRangeError",
    "OversizedError",
    "PermissionDeniedError",
    "PlanFileError",
    "PlanRanError",
    "PolicyDeniedError",
    "ReconcilerError",
    "RegistrationConflictError",
    "RegistrationError",
    "RegistryError",
    "ResourceExhaustedError",
    "SignalError",
    "StalePlanError",
    "TooLateError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnimplementedError",
    "UnknownError",
    "UnreachableError",
    "UnsuitableError",
    "UploadError",
    "VersionConflictError",
    "WaitTimeoutError",
    "WorkflowRejectedError",
]
