"""One launch of the command line: what is launched, with which inputs; shown, or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flyteidl.admin.execution_pb2 import ExecutionCreateRequest, ExecutionSpec
from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.errors import ExecutionError, InputsError
from reconciler.model import ResourceId
from reconciler.remote.executions.hinted import converter
from reconciler.remote.executions.inputs import convert_inputs
from reconciler.remote.executions.launch import launch
from reconciler.remote.executions.names import choose_name
from reconciler.remote.executions.options import Options
from reconciler.remote.executions.targets import find_target
from reconciler.remote.executions.uploads import Uploads
from reconciler.remote.launching.texts import from_text

if TYPE_CHECKING:
    from reconciler.remote.executions import FlyteWorkflowExecution
    from reconciler.remote.remote import Remote


@dataclass(frozen=True)
class Launch:
    """Something to be launched, its inputs read and found right.

    Attributes:
        id: The task or launch plan.
        inputs: By name, as `Remote.execute` takes them.
        options: How it is to run.
    """

    remote: Remote
    target: Any
    inputs: Mapping[str, Any]
    options: Options

    @property
    def id(self) -> ResourceId:
        found: ResourceId = self.target.id
        return found

    def request(
        self, *, project: str, domain: str, name: str | None, prefix: str | None
    ) -> ExecutionCreateRequest:
        """What would be sent; files are not uploaded, and stand as `not-yet-uploaded://…`."""
        spec: ExecutionSpec = self.options.to_spec()
        spec.launch_plan.CopyFrom(self.target.identifier)
        literals = self._literals(Uploads())
        return ExecutionCreateRequest(
            project=project,
            domain=domain,
            name=choose_name(name, prefix),
            spec=spec,
            inputs=LiteralMap(literals=literals),
        )

    def send(
        self, *, project: str, domain: str, name: str | None, prefix: str | None
    ) -> FlyteWorkflowExecution:
        """Launch it; else as `Remote.execute`."""
        return launch(
            self.remote,
            self.target,
            self.inputs,
            project=project,
            domain=domain,
            name=name,
            prefix=prefix,
            options=self.options,
            type_hints=None,
        )

    def _literals(self, uploads: Uploads) -> dict[str, Any]:
        return convert_inputs(
            self.inputs,
            self.target.signature,
            subject=str(self.id),
            convert=converter({}, uploads),
        )


def prepare(
    remote: Remote,
    entity: str,
    *,
    project: str,
    domain: str,
    version: str | None,
    texts: Mapping[str, str],
    values: Mapping[str, Any],
    options: Mapping[str, Any],
    now: datetime,
) -> Launch:
    """Find what is to be launched and hold all inputs to what it takes. Nothing is sent.

    Args:
        entity: `NAME` of a launch plan, `task:NAME` or `workflow:NAME`.
        version: None for the active or else the latest, `latest` for this.
        texts: Inputs as texts, read by their declared types; they win over `values`.
        values: Inputs as YAML or JSON has them.
        options: Fields of `Options`.
        now: For times that are said relative to it.

    Raises:
        InputsError: All that is wrong with the inputs.
        NotFoundError, ExecutionError, AdminError: As `Remote.execute`.
    """
    target = find_target(
        remote,
        entity,
        project=project,
        domain=domain,
        name=None,
        version=version,
        register=_refuse,
    )
    problems: list[str] = []
    inputs: dict[str, Any] = dict(values)
    unread = set()
    for name, text in texts.items():
        declared = target.signature.types.get(name)
        try:
            inputs[name] = (
                text if declared is None else from_text(text, declared, where=name, now=now)
            )
        except ValueError as error:
            problems.append(str(error))
            unread.add(name)
    made = Launch(remote, target, inputs, Options.of(None, **options))
    subject = f"inputs of {target.id}"
    try:
        # What cannot be read is there all the same: it is not missing.
        known = {name: one for name, one in inputs.items() if name not in unread}
        convert_inputs(
            known,
            _without(target.signature, unread),
            subject=subject,
            convert=converter({}, Uploads()),
        )
    except InputsError as error:
        problems += error.problems
    if problems:
        raise InputsError(subject, problems)
    return made


def _without(signature: Any, names: set[str]) -> Any:
    from dataclasses import replace

    return replace(signature, required=signature.required - names)


def _refuse(local: Any) -> Any:
    raise ExecutionError(f"a {type(local).__name__} is nothing that can be launched by name")
