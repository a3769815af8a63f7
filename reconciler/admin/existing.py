"""What Admin means when it refuses a create: something is there already, or does not compile.

Source: admin-contract 3.1 and 2.5 (flyteadmin `pkg/errors/errors.go`, and the managers' creates).
"""

import re

from flyteidl.admin.workflow_pb2 import CreateWorkflowFailureReason

from reconciler.admin.raised import restated
from reconciler.errors import (
    AdminError,
    AlreadyExistsError,
    InvalidArgumentError,
    VersionConflictError,
    WorkflowRejectedError,
)
from reconciler.model import Change
from reconciler.ports import Created

# Admin's only sign of a conflict for tasks and launch plans; workflows have a detail beside it,
# which is lost when the text is very long (admin-contract 3.1, 1.6).
_DIFFERENT = " with different structure already exists. (Please register a new version of the "
_IDENTICAL = " with identical structure already exists"
_COLLECTED = "Collected Errors: "
_PROBLEM = re.compile(
    r"\tError \d+: Code: (\w+), Node Id: (.*?), Description: (.*?)(?=\n\tError \d+: Code: |\n?\Z)",
    re.S,
)
_CHANGE = re.compile(r"^(/[^\n]*):\n\t- (.*?) \n\t\+ (.*?)(?=\n/[^\n]*:\n\t- |\Z)", re.M | re.S)
# Of a stored workflow Admin compares a stub: its interface is real, and the rest always differs.
_OF_A_WORKFLOW = ("/primary/", "/tasks", "/sub_workflows")
_INTERFACE = "/primary/template/interface"
_ABSENT = "<nil>"


def created_already(answer: AlreadyExistsError) -> Created:
    """What "already exists" means: only with these words did Admin compare the content."""
    if _IDENTICAL not in answer.text and not _says(answer, "exists_identical_structure"):
        return Created.UNVERIFIED
    return Created.RECOVERED if answer.in_doubt else Created.IDENTICAL


def understood(answer: InvalidArgumentError) -> AdminError | None:
    """The refusal as what it amounts to: a conflict, or a workflow that does not compile.

    None for all else: Admin has one code for these and for whatever else is wrong.
    """
    if _DIFFERENT in answer.text or _says(answer, "exists_different_structure"):
        # What follows is Admin's diff: up to 32,000 bytes.
        first_line, _, rest = answer.text.partition("\n")
        error = restated(answer, VersionConflictError, first_line.rstrip(": "))
        error.__dict__["differences"] = differences(rest)
        return error
    if _COLLECTED in answer.text:
        error = restated(answer, WorkflowRejectedError, answer.text)
        error.__dict__["problems"] = tuple(_PROBLEM.findall(answer.text))
        return error
    return None


def differences(text: str) -> tuple[Change, ...]:
    """Read the diff in Admin's refusal, as far as it can be believed.

    Shape: paths are JSON pointers with Go's names in them; values are texts as Go prints them,
        None where a side has none; in order of their paths.
    """
    return tuple(
        Change(path, _value(before), _value(after))
        for path, before, after in _CHANGE.findall(text)
        if not path.startswith(_OF_A_WORKFLOW) or path.startswith(_INTERFACE)
    )


def _value(text: str) -> str | None:
    return None if text == _ABSENT else text


def _says(answer: AdminError, reason: str) -> bool:
    return any(
        isinstance(detail, CreateWorkflowFailureReason) and detail.HasField(reason)
        for detail in answer.attached
    )
