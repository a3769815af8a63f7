"""Names of executions: always sent, for a name is what makes a repeated launch the same one."""

import uuid

from reconciler.errors import ExecutionError
from reconciler.model import EXECUTION_NAME_LENGTH, check_execution_name

# Hexadecimal digits of 76 random bits, as flytekit adds them.
_RANDOM = 19


def choose_name(name: str | None = None, prefix: str | None = None) -> str:
    """The name that was given, or a new one.

    Args:
        prefix: What a new one begins with, before a hyphen; its underscores become hyphens.

    Raises: ExecutionError for both at once, or what Admin would refuse.
    """
    if name is not None and prefix is not None:
        raise ExecutionError("give an execution name or a prefix of one, not both")
    if name is not None:
        return checked(name)
    random = uuid.uuid4().hex[:_RANDOM]
    if prefix is None:
        return f"f{random}"
    longest = EXECUTION_NAME_LENGTH - 1 - _RANDOM
    if len(prefix) > longest:
        raise ExecutionError(
            f"the prefix {prefix!r} has {len(prefix)} characters; at most {longest} leave room "
            "for what makes the name unique"
        )
    # Nobody has to find it by this name, so what people write in Python is taken as Admin has it.
    return checked(f"{prefix.replace('_', '-')}-{random}")


def checked(name: str) -> str:
    """The name, held to what Admin takes.

    Raises: ExecutionError saying what is wrong with it.
    """
    try:
        check_execution_name(name)
    except ValueError as error:
        raise ExecutionError(str(error)) from None
    return name
