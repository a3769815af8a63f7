"""Launch plans: immutable versions of which one a name may be active.

Source: flyteadmin/pkg/manager/impl/launch_plan_manager.go.
"""

from typing import Any

import grpc
from flyteidl.admin import launch_plan_pb2
from flyteidl.core import interface_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.activation import ACTIVE, INACTIVE, activate, deactivate, find_active
from reconciler.sandbox.diff import difference
from reconciler.sandbox.digest import DigestError, digest
from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import (
    Refusal,
    internal,
    invalid,
    missing_entity,
    not_found,
)
from reconciler.sandbox.launch_plan_checks import check_spec
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows, order_by, parse_token
from reconciler.sandbox.times import to_timestamp
from reconciler.sandbox.validation import (
    LAUNCH_PLAN,
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

_JOIN = "INNER JOIN workflows ON launch_plans.workflow_id = workflows.id"
_LISTING = Listing(
    ENTITIES["launch_plan"], "ListLaunchPlans", joins={"workflow": _JOIN}, always=("workflow",)
)
_ACTIVE_LISTING = Listing(
    ENTITIES["launch_plan"],
    "ListActiveLaunchPlans",
    joins={"workflow": _JOIN},
    always=("workflow",),
)

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("CreateLaunchPlan")
def create_launch_plan(call: Call, request: Any) -> Any:
    """Check against the workflow, spell out the inputs and insert a new, inactive version."""
    with call.store.read() as session:
        check_identifier(request.spec, "workflow_id", WORKFLOW)
        workflow = find_version(session, "workflows", request.spec.workflow_id)
        if workflow is None:
            raise missing_entity("WORKFLOW", identifier_text(request.spec.workflow_id))
        identifier = check_identifier(request, "id", LAUNCH_PLAN)
        check_project_and_domain(
            session, call.config, project=identifier.project, domain=identifier.domain
        )
        interface = interface_pb2.TypedInterface.FromString(workflow["typed_interface"])
        check_spec(request.spec, interface, artifacts=call.config.application.artifacts)
        launch_plan = _launch_plan(request, interface)
        new_digest = _digest(launch_plan)
        existing = find_version(session, "launch_plans", identifier)
    if existing is not None:
        raise _exists(request, existing, new_digest)
    insert_launch_plan(
        call, launch_plan, workflow_row=workflow["id"], digest=new_digest, now=call.now()
    )
    return launch_plan_pb2.LaunchPlanCreateResponse()


@admin.handles("UpdateLaunchPlan")
def update_launch_plan(call: Call, request: Any) -> Any:
    """Activate or deactivate a version."""
    if request.HasField("id") and not request.id.resource_type:
        request.id.resource_type = LAUNCH_PLAN
    if request.state == ACTIVE:
        activate(call, request.id)
    elif request.state == INACTIVE:
        deactivate(call, request)
    else:
        text = go_text(request.id) if request.HasField("id") else "<nil>"
        raise invalid(
            f"Unrecognized launch plan state {request.state} for update for launch plan [{text}]"
        )
    return launch_plan_pb2.LaunchPlanUpdateResponse()


@admin.handles("GetLaunchPlan")
def get_launch_plan(call: Call, request: Any) -> Any:
    """Return one version."""
    if request.HasField("id") and not request.id.resource_type:
        request.id.resource_type = LAUNCH_PLAN
    check_identifier(request, "id", LAUNCH_PLAN)
    with call.store.read() as session:
        row = find_version(session, "launch_plans", request.id)
    if row is None:
        raise missing_entity("LAUNCH_PLAN", identifier_text(request.id))
    return to_launch_plan(row)


@admin.handles("GetActiveLaunchPlan")
def get_active_launch_plan(call: Call, request: Any) -> Any:
    """Return the active version of a name."""
    check_parts(request.id, "project", "domain", "name")
    with call.store.read() as session:
        row = find_active(session, request.id)
    if row is None:
        name = f"{request.id.project}:{request.id.domain}:{request.id.name}"
        raise not_found(f"No active launch plan could be found: {name}")
    return to_launch_plan(row)


@admin.handles("ListLaunchPlans")
def list_launch_plans(call: Call, request: Any) -> Any:
    """Return versions, whole."""
    check_list_request(request)
    with call.store.read() as session:
        page = list_rows(
            session,
            _LISTING,
            request,
            equal=parts_of(request.id, "launch_plans"),
            now=call.now(),
        )
    return _list(page)


@admin.handles("ListActiveLaunchPlans")
def list_active_launch_plans(call: Call, request: Any) -> Any:
    """Return every active version of a project and domain."""
    check_parts(request, "project", "domain")
    check_limit(request)
    with call.store.read() as session:
        page = list_rows(
            session,
            _ACTIVE_LISTING,
            request,
            equal={
                "launch_plans.project": request.project,
                "launch_plans.domain": request.domain,
            },
            implicit=("launch_plans.state = 1",),
            now=call.now(),
        )
    return _list(page)


@admin.handles("ListLaunchPlanIds")
def list_launch_plan_ids(call: Call, request: Any) -> Any:
    """Return the names that have versions; of a project, a domain, or both."""
    order_by(request, ENTITIES["launch_plan"].columns)
    parse_token(request.token, "")
    if not request.limit:
        raise invalid("missing and/or invalid parameters: limit")
    if not (request.project or request.domain):
        raise invalid("missing and/or invalid parameters: filters")
    with call.store.read() as session:
        return list_ids(session, "launch_plans", request, method="")


def to_launch_plan(row: Any) -> Any:
    """Make the message of a row of `launch_plans`."""
    closure = launch_plan_pb2.LaunchPlanClosure.FromString(row["closure"])
    closure.state = row["state"]
    closure.created_at.CopyFrom(to_timestamp(row["created_at"]))
    closure.updated_at.CopyFrom(to_timestamp(row["updated_at"]))
    return launch_plan_pb2.LaunchPlan(
        id=identifier_of(row, LAUNCH_PLAN),
        spec=launch_plan_pb2.LaunchPlanSpec.FromString(row["spec"]),
        closure=closure,
    )


def insert_launch_plan(
    call: Call, launch_plan: Any, *, workflow_row: int, digest: bytes, now: int
) -> int:
    """Insert a launch plan whose inputs are spelt out; return the id of its row.

    Args:
        launch_plan: A LaunchPlan; its closure has neither state nor times.
        workflow_row: The id of its workflow's row.
        now: Microseconds since 1970.

    Raises:
        Refusal: The id is taken, or more than the database can index.
    """
    schedule_type = _schedule_type(launch_plan.spec)
    with call.store.write() as session:
        return session.insert(
            "launch_plans",
            created_at=now,
            updated_at=now,
            project=launch_plan.id.project,
            domain=launch_plan.id.domain,
            name=launch_plan.id.name,
            version=launch_plan.id.version,
            spec=launch_plan.spec.SerializeToString(),
            closure=launch_plan.closure.SerializeToString(),
            workflow_id=workflow_row,
            digest=digest,
            schedule_type=schedule_type,
            launch_condition_type=None if schedule_type == "NONE" else "SCHED",
        )


def _launch_plan(request: Any, interface: Any) -> Any:
    closure = launch_plan_pb2.LaunchPlanClosure(expected_inputs=request.spec.default_inputs)
    if interface.HasField("outputs"):
        closure.expected_outputs.CopyFrom(interface.outputs)
    return launch_plan_pb2.LaunchPlan(id=request.id, spec=request.spec, closure=closure)


def _digest(launch_plan: Any) -> bytes:
    try:
        return digest(launch_plan)
    except DigestError as exc:
        raise internal(
            f"failed to hash launch plan [{go_text(launch_plan.id)}] to digest with err {exc}"
        ) from None


def _exists(request: Any, existing: Any, new_digest: bytes) -> Refusal:
    if bytes(existing["digest"]) == new_digest:
        text = "launch plan with identical structure already exists"
        return Refusal(grpc.StatusCode.ALREADY_EXISTS, text)
    before = launch_plan_pb2.LaunchPlanSpec.FromString(existing["spec"])
    return invalid(
        f"{request.id.name} launch plan with different structure already exists. (Please "
        "register a new version of the launch plan):\n"
        f"{difference(before, request.spec)}"
    )


def _schedule_type(spec: Any) -> str:
    schedule = spec.entity_metadata.schedule
    kind = schedule.WhichOneof("ScheduleExpression")
    if kind == "cron_schedule" or schedule.cron_expression:
        return "CRON"
    return "RATE" if kind == "rate" else "NONE"


def _list(page: Any) -> Any:
    return launch_plan_pb2.LaunchPlanList(
        launch_plans=[to_launch_plan(row) for row in page.rows], token=page.token
    )
