"""Answer what a running workflow waits for a person to say."""

from typing import TYPE_CHECKING, Any, cast

from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from flyteidl.admin.signal_pb2 import Signal

    from reconciler.model import ExecutionId
    from reconciler.remote.remote import Remote


class Signalling(Connected):
    """Answer what a running workflow waits for a person to say.

    A signal is there once the execution has come to its gate; what is said of it is checked
    against what it declares before it is sent.
    """

    def list_signals(
        self,
        execution_name: Any,
        project: str | None = None,
        domain: str | None = None,
        limit: int | None = None,
        filters: Any = None,
    ) -> "list[Signal]":
        """List what an execution waits for, and what was answered already.

        Args:
            execution_name: A name, or an execution, or the id of one.
            limit: How many at most; None for all.
            filters: A text such as `eq(signal_id,go)`, a filter, or several.

        Shape: Admin's messages, `id.signal_id`, `type` and `value` each, in the order of their
            gates; one without a value is waited for.
        """
        from reconciler.remote.executions.signals import list_signals

        id = self._signalled(execution_name, project, domain)
        return list(list_signals(self, id, filters=filters, limit=limit))

    def approve(
        self,
        signal_id: str,
        execution_name: Any,
        project: str | None = None,
        domain: str | None = None,
        *,
        overwrite: bool = False,
    ) -> None:
        """Let what waits for an approval go on.

        Args:
            overwrite: Say so although it was answered otherwise.

        Raises: SignalError if there is no such signal, if it asks for something else, or was
            answered otherwise; nothing was sent.
        """
        from reconciler.remote.executions.signals import decide

        id = self._signalled(execution_name, project, domain)
        decide(cast("Remote", self), id, signal_id, True, overwrite=overwrite)

    def reject(
        self,
        signal_id: str,
        execution_name: Any,
        project: str | None = None,
        domain: str | None = None,
        *,
        overwrite: bool = False,
    ) -> None:
        """Let what waits for an approval fail; else as `approve`."""
        from reconciler.remote.executions.signals import decide

        id = self._signalled(execution_name, project, domain)
        decide(cast("Remote", self), id, signal_id, False, overwrite=overwrite)

    def set_input(
        self,
        signal_id: str,
        execution_name: Any,
        value: Any,
        project: str | None = None,
        domain: str | None = None,
        python_type: Any = None,
        literal_type: Any = None,
        *,
        overwrite: bool = False,
    ) -> None:
        """Give what `wait_for_input` waits for.

        Args:
            value: A literal, or a value that its declared type can be made of.
            python_type, literal_type: Taken for flytekit's sake; the signal itself says its type.
            overwrite: Give it although something else was given.

        Raises: SignalError if there is no such signal, if it takes no such value, or has another
            one; nothing was sent.
        """
        from reconciler.remote.executions.signals import set_signal

        id = self._signalled(execution_name, project, domain)
        set_signal(cast("Remote", self), id, signal_id, value, overwrite=overwrite)

    def set_signal(
        self,
        signal_id: str,
        execution_name: Any,
        value: Any,
        project: str | None = None,
        domain: str | None = None,
        python_type: Any = None,
        literal_type: Any = None,
        *,
        overwrite: bool = False,
    ) -> None:
        """Give a signal its value; another name of `set_input`."""
        self.set_input(signal_id, execution_name, value, project, domain, overwrite=overwrite)

    def _signalled(self, execution: Any, project: str | None, domain: str | None) -> "ExecutionId":
        from reconciler.remote.executions.which import execution_id

        project, domain = self._place(project, domain)
        return execution_id(execution, project=project, domain=domain)
