"""Errors as file systems have them: whatever goes wrong behind `flyte://` is an OSError."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.errors import (
    AdminError,
    AlreadyExistsError,
    ChangedObjectError,
    DeadlineExceededError,
    ForbiddenObjectError,
    InvalidArgumentError,
    MissingObjectError,
    NotFoundError,
    PermissionDeniedError,
    ReconcilerError,
    UnauthenticatedError,
    UnreachableError,
)

_NUMBERS: tuple[tuple[type[ReconcilerError], int], ...] = (
    (MissingObjectError, errno.ENOENT),
    (ForbiddenObjectError, errno.EACCES),
    (ChangedObjectError, errno.ESTALE),
    (AlreadyExistsError, errno.EEXIST),
    (NotFoundError, errno.ENOENT),
    # What Admin answers of attempts and variables that there are none of.
    (InvalidArgumentError, errno.ENOENT),
    (PermissionDeniedError, errno.EACCES),
    (UnauthenticatedError, errno.EACCES),
    (DeadlineExceededError, errno.ETIMEDOUT),
    (UnreachableError, errno.ECONNREFUSED),
)
_NEVER_OVER = "another object is there, and Admin signs no write over it; take another name"


class UnsupportedError(OSError):
    """Something that Admin's data proxy has no way to do."""

    def __init__(self, what: str, path: str) -> None:
        super().__init__(errno.ENOTSUP, what, path)


@contextmanager
def as_oserror(path: str) -> Iterator[None]:
    """Raise our errors as OSErrors of the right number, `from` the original."""
    try:
        yield
    except ReconcilerError as error:
        number = next((n for kind, n in _NUMBERS if isinstance(error, kind)), errno.EIO)
        text = error.text if isinstance(error, AdminError) else str(error)
        if isinstance(error, AlreadyExistsError):
            text = _NEVER_OVER
        # OSError itself picks the subclass that goes with the number.
        raise OSError(number, text, path) from error
