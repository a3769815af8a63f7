"""Tasks: registered once, read ever after.

Source: flyteadmin/pkg/manager/impl/task_manager.go, validation/task_validator.go.
"""

from typing import Any

import grpc
from flyteidl.admin import task_pb2
from flyteidl.core import compiler_pb2

from reconciler.compiler import CompilationError, compile_task, go_text
from reconciler.sandbox import task_resources
from reconciler.sandbox.diff import difference
from reconciler.sandbox.digest import DigestError, digest
from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import (
    Refusal,
    internal,
    invalid,
    missing,
    missing_entity,
)
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows
from reconciler.sandbox.pods import read_pod
from reconciler.sandbox.services.descriptions import store_description
from reconciler.sandbox.store import Session
from reconciler.sandbox.times import to_timestamp
from reconciler.sandbox.validation import (
    TASK,
    check_identifier,
    check_limit,
    check_list_request,
    check_parts,
    check_project_and_domain,
    identifier_text,
    parts_of,
)
from reconciler.sandbox.versions import find_version, identifier_of, list_ids

_LISTING = Listing(ENTITIES["task"], "ListTasks")

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("CreateTask")
def create_task(call: Call, request: Any) -> Any:
    """Check, compile and insert a new version."""
    with call.store.read() as session:
        _check(call, session, request)
    template = request.spec.template
    template.id.CopyFrom(request.id)
    _compile(template)
    compiled = compiler_pb2.CompiledTask(template=template)
    new_digest = _digest(request.id, compiled)
    now = call.now()
    try:
        _insert(call, request, compiled, new_digest, now)
    except Refusal as refusal:
        if refusal.code != grpc.StatusCode.ALREADY_EXISTS:
            raise
        with call.store.read() as session:
            existing = find_version(session, "tasks", request.id)
        raise _exists(request, existing, compiled, new_digest) from None
    if request.spec.HasField("description"):
        # Not one transaction with the task in Admin either: the task stays if this fails.
        store_description(call.store, request.id, request.spec.description, now=now)
    return task_pb2.TaskCreateResponse()


@admin.handles("GetTask")
def get_task(call: Call, request: Any) -> Any:
    """Return one version; of an incomplete id, any that fits."""
    with call.store.read() as session:
        row = find_version(session, "tasks", request.id)
    if row is None:
        raise missing_entity("TASK", identifier_text(request.id))
    return to_task(row)


@admin.handles("ListTasks")
def list_tasks(call: Call, request: Any) -> Any:
    """Return versions, whole."""
    check_list_request(request)
    with call.store.read() as session:
        page = list_rows(
            session, _LISTING, request, equal=parts_of(request.id, "tasks"), now=call.now()
        )
    return task_pb2.TaskList(tasks=[to_task(row) for row in page.rows], token=page.token)


@admin.handles("ListTaskIds")
def list_task_ids(call: Call, request: Any) -> Any:
    """Return the names that have versions."""
    check_parts(request, "project", "domain")
    check_limit(request)
    with call.store.read() as session:
        return list_ids(session, "tasks", request, method="ListUniqueTaskIdentifiers")


def to_task(row: Any) -> Any:
    """Make the message of a row of `tasks`."""
    closure = task_pb2.TaskClosure.FromString(row["closure"])
    closure.created_at.CopyFrom(to_timestamp(row["created_at"]))
    return task_pb2.Task(
        id=identifier_of(row, TASK),
        closure=closure,
        short_description=row["short_description"],
    )


def _check(call: Call, session: Session, request: Any) -> None:
    identifier = check_identifier(request, "id", TASK)
    check_project_and_domain(
        session, call.config, project=identifier.project, domain=identifier.domain
    )
    if not request.HasField("spec") or not request.spec.HasField("template"):
        raise missing("spec")
    template = request.spec.template
    if not template.type:
        raise missing("type")
    _check_whitelist(call, identifier, template.type)
    if not template.HasField("metadata"):
        raise missing("metadata")
    if template.metadata.HasField("runtime") and not template.metadata.runtime.version:
        raise missing("runtime version")
    if not template.HasField("interface"):
        raise missing("typed interface")
    _check_target(call, session, identifier, template)


def _check_whitelist(call: Call, identifier: Any, task_type: str) -> None:
    scopes = call.config.task_type_whitelist.get(task_type)
    if scopes is None:
        return
    for scope in scopes or ():
        project, domain = scope.get("project", ""), scope.get("domain", "")
        if project in ("", identifier.project) and domain in ("", identifier.domain):
            return
    raise invalid("task type must be whitelisted before use")


def _check_target(call: Call, session: Session, identifier: Any, template: Any) -> None:
    task = go_text(template.id) if template.HasField("id") else "<nil>"
    limits = task_resources.platform_limits(
        session, call.config, project=identifier.project, domain=identifier.domain
    )
    if template.HasField("container"):
        container = template.container
        if not container.image:
            raise missing("image")
        if container.HasField("resources"):
            requested = task_resources.read_container(container.resources.requests, task=task)
            limited = task_resources.read_container(container.resources.limits, task=task)
            task_resources.check(requested, limited, platform=limits, task=task)
    elif template.HasField("k8s_pod"):
        if not template.k8s_pod.HasField("pod_spec"):
            raise invalid(
                "invalid TaskSpecification, pod tasks should specify their target as a K8sPod "
                "with a defined pod spec"
            )
        for pod_container in read_pod(template.k8s_pod.pod_spec):
            task_resources.check(
                pod_container.requests, pod_container.limits, platform=limits, task=task
            )


def _compile(template: Any) -> None:
    try:
        compile_task(template)
    except CompilationError as exc:
        raise invalid(f"task failed compilation with {exc}") from None


def _digest(identifier: Any, compiled: Any) -> bytes:
    try:
        return digest(compiled)
    except DigestError as exc:
        raise internal(
            f"failed to hash task [{go_text(identifier)}] to digest with err {exc}"
        ) from None


def _insert(call: Call, request: Any, compiled: Any, new_digest: bytes, now: int) -> None:
    with call.store.write() as session:
        session.insert(
            "tasks",
            created_at=now,
            updated_at=now,
            project=request.id.project,
            domain=request.id.domain,
            name=request.id.name,
            version=request.id.version,
            closure=task_pb2.TaskClosure(compiled_task=compiled).SerializeToString(),
            digest=new_digest,
            type=request.spec.template.type,
            short_description=request.spec.description.short_description,
        )


def _exists(request: Any, existing: Any, compiled: Any, new_digest: bytes) -> Refusal:
    if bytes(existing["digest"]) == new_digest:
        text = "task with identical structure already exists"
        return Refusal(grpc.StatusCode.ALREADY_EXISTS, text)
    before = task_pb2.TaskClosure.FromString(existing["closure"]).compiled_task
    return invalid(
        f"{request.id.name} task with different structure already exists. (Please register a "
        f"new version of the task):\n{difference(before, compiled)}"
    )
