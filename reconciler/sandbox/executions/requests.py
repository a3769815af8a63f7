"""A launch request looked at alone, in Admin's order; what it names is looked up later.

Source: `flyteadmin/pkg/manager/impl/validation/execution_validator.go`,
ValidateExecutionRequest.
"""

import re
import secrets
from typing import Any

from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.errors import invalid, missing
from reconciler.sandbox.literals import check_literals
from reconciler.sandbox.names import check_labels
from reconciler.sandbox.notifications import check_notifications
from reconciler.sandbox.store import Session
from reconciler.sandbox.validation import (
    LAUNCH_PLAN,
    TASK,
    check_parts,
    check_project_and_domain,
    resource_type_name,
)

_LONGEST_NAME = 63
_NAME = "^[a-z][a-z\\-0-9]*$"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_GENERATED = 19  # random characters after the `a`


def check_request(session: Session, config: SandboxConfig, request: Any) -> None:
    """Check an ExecutionCreateRequest.

    Raises:
        Refusal: INVALID_ARGUMENT, about the first fault.
    """
    check_parts(request, "project", "domain")
    if request.name:
        _check_name(request.name)
    check_project_and_domain(session, config, project=request.project, domain=request.domain)
    if not request.HasField("spec"):
        raise missing("spec")
    spec = request.spec
    if not spec.HasField("launch_plan"):
        raise missing("id")
    check_parts(spec.launch_plan, "project", "domain", "name", "version")
    kind = spec.launch_plan.resource_type
    if kind not in (LAUNCH_PLAN, TASK):
        raise invalid(
            f"Invalid reference entity resource type [{resource_type_name(kind)}], only "
            "[map[TASK:<nil> LAUNCH_PLAN:<nil>]] allowed"
        )
    check_literals(request.inputs.literals, "inputs")
    check_notifications(spec.notifications.notifications)
    check_labels(spec.labels.values)


def _check_name(name: str) -> None:
    """Check a name in lower case; it is stored as it was sent."""
    # Letter by letter, as Go does: U+0130 becomes a plain `i`.
    lowered = "".join(letter.lower()[0] for letter in name)
    if len(lowered.encode()) > _LONGEST_NAME:
        raise invalid(f"size of name exceeded length {_LONGEST_NAME} : {lowered}")
    if not re.fullmatch(_NAME.strip("^$"), lowered):
        raise invalid(f"invalid name format: {lowered}, does not match regex '{_NAME}'")


def new_name() -> str:
    """Make up the name of an execution that was sent without one."""
    return "a" + "".join(secrets.choice(_ALPHABET) for _ in range(_GENERATED))
