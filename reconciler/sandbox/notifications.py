"""Notifications of launch plans and executions: kind, recipients, phases.

Source: flyteadmin pkg/manager/impl/validation/notifications_validator.go.
"""

from collections.abc import Iterable
from typing import Any

from flyteidl.core import execution_pb2

from reconciler.sandbox.errors import invalid_value, missing

_PHASES = frozenset(
    {
        execution_pb2.WorkflowExecution.SUCCEEDED,
        execution_pb2.WorkflowExecution.FAILED,
        execution_pb2.WorkflowExecution.TIMED_OUT,
        execution_pb2.WorkflowExecution.ABORTED,
    }
)


def check_notifications(notifications: Iterable[Any]) -> None:
    """Check notifications one after the other.

    Raises:
        Refusal: INVALID_ARGUMENT, about the first fault of the first faulty one.
    """
    for notification in notifications:
        kind = notification.WhichOneof("type")
        if kind is None:
            raise invalid_value("notification type")
        recipients = getattr(notification, kind).recipients_email
        if not recipients:
            raise missing("recipients")
        if not all(recipients):
            raise missing("recipient")
        if not _PHASES.issuperset(notification.phases):
            raise invalid_value("phase")
