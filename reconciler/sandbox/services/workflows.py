"""Workflows: compiled when registered, and kept as compiled.

The row has the interface as submitted, which is all that lists show; the closure lies in the
object store.

Source: flyteadmin/pkg/manager/impl/workflow_manager.go, validation/workflow_validator.go,
workflowengine/impl/interface_provider.go.
"""

from typing import Any

import grpc
from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.core import compiler_pb2, interface_pb2
from google.protobuf.message import DecodeError

from reconciler.compiler import (
    CompilationError,
    CompilerCrashError,
    CompilerPanicError,
    LaunchPlanInterface,
    QuantityError,
    compile_workflow,
    go_text,
    parse_quantity,
    required_references,
)
from reconciler.sandbox.config import Registration
from reconciler.sandbox.diff import difference
from reconciler.sandbox.digest import DigestError, digest
from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import Panic, Refusal, internal, invalid, missing, missing_entity
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows
from reconciler.sandbox.objects import BadReferenceError, StorageError, URLError
from reconciler.sandbox.services.descriptions import store_description
from reconciler.sandbox.store import Session
from reconciler.sandbox.times import to_timestamp
from reconciler.sandbox.validation import (
    WORKFLOW,
    check_identifier,
    check_limit,
    check_list_request,
    check_parts,
    check_project_and_domain,
    identifier_text,
    parts_of,
)
from reconciler.sandbox.versions import find_version, identifier_of, list_ids

_LISTING = Listing(ENTITIES["workflow"], "ListWorkflows")
_SYSTEM_NODES = 2  # the start node and the end node are nobody's

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("CreateWorkflow")
def create_workflow(call: Call, request: Any) -> Any:
    """Check, compile, store the closure and insert a new version."""
    identifier = request.id
    with call.store.read() as session:
        _check(call, session, request)
        submitted = request.spec.template.interface.SerializeToString()
        request.spec.template.id.CopyFrom(identifier)
        compiled = _compile(session, request)
    now = call.now()
    closure = workflow_pb2.WorkflowClosure(
        compiled_workflow=compiled, created_at=to_timestamp(now)
    )
    _check_limits(identifier, closure, call.config.registration)
    new_digest = _digest(identifier, compiled)
    with call.store.read() as session:
        existing = find_version(session, "workflows", identifier)
    if existing is not None:
        raise _exists(request, existing, compiled, new_digest)
    insert_workflow(
        call,
        identifier,
        closure,
        interface=submitted,
        digest=new_digest,
        description=request.spec.description if request.spec.HasField("description") else None,
        now=now,
    )
    return workflow_pb2.WorkflowCreateResponse()


@admin.handles("GetWorkflow")
def get_workflow(call: Call, request: Any) -> Any:
    """Return one version with its compiled closure."""
    if request.HasField("id") and not request.id.resource_type:
        request.id.resource_type = WORKFLOW
    check_identifier(request, "id", WORKFLOW)
    with call.store.read() as session:
        row = find_version(session, "workflows", request.id)
    if row is None:
        raise missing_entity("WORKFLOW", identifier_text(request.id))
    return workflow_pb2.Workflow(
        id=identifier_of(row, WORKFLOW),
        closure=read_closure(call, row),
        short_description=row["short_description"],
    )


@admin.handles("ListWorkflows")
def list_workflows(call: Call, request: Any) -> Any:
    """Return versions with no more of their closure than the interface as submitted."""
    check_list_request(request)
    with call.store.read() as session:
        page = list_rows(
            session, _LISTING, request, equal=parts_of(request.id, "workflows"), now=call.now()
        )
    return workflow_pb2.WorkflowList(
        workflows=[
            workflow_pb2.Workflow(
                id=identifier_of(row, WORKFLOW),
                closure=workflow_pb2.WorkflowClosure(
                    compiled_workflow=_stub(row), created_at=to_timestamp(row["created_at"])
                ),
                short_description=row["short_description"],
            )
            for row in page.rows
        ],
        token=page.token,
    )


@admin.handles("ListWorkflowIds")
def list_workflow_ids(call: Call, request: Any) -> Any:
    """Return the names that have versions."""
    check_parts(request, "project", "domain")
    check_limit(request)
    with call.store.read() as session:
        return list_ids(session, "workflows", request, method="ListWorkflowIdentifiers")


def read_closure(call: Call, row: Any) -> Any:
    """Return the WorkflowClosure of a row, with the row's own time.

    Raises:
        Refusal: INTERNAL: the object store does not give it.
    """
    uri = row["remote_closure_identifier"]
    try:
        closure = workflow_pb2.WorkflowClosure.FromString(call.objects.get(uri))
    except (StorageError, URLError, DecodeError) as exc:
        raise internal(f"Unable to read WorkflowClosure from location {uri} : {exc}") from None
    closure.created_at.CopyFrom(to_timestamp(row["created_at"]))
    return closure


def insert_workflow(
    call: Call,
    identifier: Any,
    closure: Any,
    *,
    interface: bytes,
    digest: bytes,
    description: Any = None,
    now: int,
) -> int:
    """Store a compiled workflow; return the id of its row.

    Args:
        closure: A WorkflowClosure.
        interface: The TypedInterface as submitted, encoded.
        now: Microseconds since 1970.

    Raises:
        Refusal: The id is taken, makes no URL, or is more than the database can index.
    """
    try:
        uri = call.objects.reference(
            *call.config.application.metadata_storage_prefix,
            identifier.project,
            identifier.domain,
            identifier.name,
            identifier.version,
        )
    except BadReferenceError as exc:
        raise internal(
            f"failed to construct data reference for workflow closure with id "
            f"[{go_text(identifier)}] and err {exc}"
        ) from None
    with call.store.write() as session:
        if description is not None:
            store_description(call.store, identifier, description, now=now)
        row = session.insert(
            "workflows",
            created_at=now,
            updated_at=now,
            project=identifier.project,
            domain=identifier.domain,
            name=identifier.name,
            version=identifier.version,
            typed_interface=interface,
            remote_closure_identifier=uri,
            digest=digest,
            short_description="" if description is None else description.short_description,
        )
        try:
            call.objects.put(uri, closure.SerializeToString())
        except StorageError as exc:
            raise internal(
                f"failed to write marshaled workflow with id [{go_text(identifier)}] to storage "
                f"{uri} with err {exc} and base container: {call.objects.base}"
            ) from None
    return row


def _check(call: Call, session: Session, request: Any) -> None:
    identifier = check_identifier(request, "id", WORKFLOW)
    check_project_and_domain(
        session, call.config, project=identifier.project, domain=identifier.domain
    )
    if not request.HasField("spec") or not request.spec.HasField("template"):
        raise missing("spec")


def _compile(session: Session, request: Any) -> Any:
    """Compile against what is registered; whatever goes wrong is INVALID_ARGUMENT."""
    template, sub_workflows = request.spec.template, request.spec.sub_workflows
    try:
        references = _references(template, sub_workflows)
        return compile_workflow(
            template,
            sub_workflows,
            tasks=[_task(session, reference) for reference in references.tasks],
            launch_plans=[_launch_plan(session, each) for each in references.launch_plans],
        )
    except CompilerPanicError as exc:
        raise Panic(str(exc)) from exc
    except (CompilationError, CompilerCrashError, Refusal) as exc:
        inner = exc.message if isinstance(exc, Refusal) else str(exc)
        text = f"failed to compile workflow for [{go_text(request.id)}] with err: {inner}"
        raise invalid(text) from None


def _references(template: Any, sub_workflows: Any) -> Any:
    try:
        return required_references(template, sub_workflows)
    except CompilationError as exc:
        raise invalid(f"failed to get workflow requirements with err {exc}") from None


def _task(session: Session, reference: Any) -> Any:
    row = find_version(session, "tasks", reference)
    if row is None:
        raise missing_entity("TASK", identifier_text(reference))
    return task_pb2.TaskClosure.FromString(row["closure"]).compiled_task.template


def _launch_plan(session: Session, reference: Any) -> LaunchPlanInterface:
    row = find_version(session, "launch_plans", reference)
    if row is None:
        raise missing_entity("LAUNCH_PLAN", identifier_text(reference))
    closure = launch_plan_pb2.LaunchPlanClosure.FromString(row["closure"])
    has_outputs = closure.HasField("expected_outputs")
    return LaunchPlanInterface(
        id=reference,
        expected_inputs=closure.expected_inputs,
        expected_outputs=closure.expected_outputs if has_outputs else None,
    )


def _check_limits(identifier: Any, closure: Any, limits: Registration) -> None:
    most = _bytes(limits.workflow_size_limit)
    if most and closure.ByteSize() > most:
        text = f"Workflow closure size exceeds max limit [{limits.workflow_size_limit}]"
        raise invalid(text)
    nodes = len(closure.compiled_workflow.primary.template.nodes) - _SYSTEM_NODES
    if limits.max_workflow_nodes and nodes > limits.max_workflow_nodes:
        raise invalid(
            f"number of nodes in workflow [{go_text(identifier)}] exceeds limit "
            f"({nodes} > {limits.max_workflow_nodes})"
        )


def _bytes(limit: str) -> int:
    if not limit:
        return 0
    try:
        return parse_quantity(limit).value()
    except QuantityError:
        return 0


def _digest(identifier: Any, compiled: Any) -> bytes:
    try:
        return digest(compiled)
    except DigestError as exc:
        raise internal(
            f"failed to hash workflow [{go_text(identifier)}] to digest with err {exc}"
        ) from None


def _stub(row: Any) -> Any:
    """Return what the row alone knows of the closure: the interface, as submitted."""
    interface = interface_pb2.TypedInterface.FromString(row["typed_interface"])
    stub = compiler_pb2.CompiledWorkflowClosure()
    stub.primary.template.interface.CopyFrom(interface)
    return stub


def _exists(request: Any, existing: Any, compiled: Any, new_digest: bytes) -> Refusal:
    reason = workflow_pb2.CreateWorkflowFailureReason()
    if bytes(existing["digest"]) == new_digest:
        reason.exists_identical_structure.id.CopyFrom(request.id)
        text = "workflow with identical structure already exists"
        return Refusal(grpc.StatusCode.ALREADY_EXISTS, text, (reason,))
    reason.exists_different_structure.id.CopyFrom(request.id)
    return invalid(
        f"{request.id.name} workflow with different structure already exists. (Please register "
        f"a new version of the workflow):\n{difference(_stub(existing), compiled)}",
        reason,
    )
