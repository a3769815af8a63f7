"""How the scheduler calls CreateExecution: what with, how often, how fast.

Source: flyteadmin/scheduler/executor/executor_impl.go, Execute.
"""

from collections.abc import Callable, Generator

from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from reconciler.cron import SECOND, execution_name
from reconciler.sandbox.scheduler.rows import Row

ATTEMPTS = 30
FIRST_PAUSE = 3_000  # nanoseconds; doubles each time, so the 30th attempt comes after 27 minutes


class ExecutionRefused(Exception):
    """CreateExecution answered with an error.

    Attributes:
        code: The gRPC code by its name, for instance `NOT_FOUND`.
        message: Admin's.
        inactive_project: Whether the error carries the detail InactiveProject.
    """

    def __init__(self, code: str, message: str, *, inactive_project: bool = False) -> None:
        self.code = code
        self.message = message
        self.inactive_project = inactive_project
        # The text is the one that a gRPC client in Go sees.
        spelt = {"CANCELLED": "Canceled"}.get(code) or code.title().replace("_", "")
        super().__init__(f"rpc error: code = {spelt} desc = {message}")

    @property
    def settles(self) -> bool:
        """Whether trying again is no use: the execution exists, or is not wanted."""
        return self.code == "ALREADY_EXISTS" or self.inactive_project


Create = Callable[[execution_pb2.ExecutionCreateRequest], None]


def execution_request(row: Row, instant: int) -> execution_pb2.ExecutionCreateRequest:
    """Return the request that starts `row`'s execution of `instant`.

    The kickoff argument is filled for a cron only, `@every` included; for a rate `inputs` stays
    empty.
    """
    plan = {
        "project": row.project,
        "domain": row.domain,
        "name": row.name,
        "version": row.version,
    }
    request = execution_pb2.ExecutionCreateRequest(
        project=row.project,
        domain=row.domain,
        name=execution_name(**plan, instant=instant),
        spec=execution_pb2.ExecutionSpec(
            launch_plan=identifier_pb2.Identifier(
                resource_type=identifier_pb2.LAUNCH_PLAN, **plan
            ),
            metadata=execution_pb2.ExecutionMetadata(
                mode=execution_pb2.ExecutionMetadata.SCHEDULED
            ),
        ),
        inputs=literals_pb2.LiteralMap(),
    )
    seconds, nanos = divmod(instant, SECOND)
    scheduled_at = request.spec.metadata.scheduled_at
    scheduled_at.seconds, scheduled_at.nanos = seconds, nanos
    if row.cron_expression and row.kickoff_time_input_arg:
        literal = request.inputs.literals[row.kickoff_time_input_arg]
        literal.scalar.primitive.datetime.CopyFrom(scheduled_at)
    return request


def attempts(
    row: Row, instant: int, create: Create
) -> Generator[int, None, ExecutionRefused | None]:
    """Call `create` until it is settled, or thirty times.

    Yields:
        The pause in nanoseconds before the next attempt; nothing is called meanwhile.

    Returns:
        None if the execution exists or is not wanted (the project is not active, or the row
        is not), else the last refusal.
    """
    if not row.active:
        return None
    request = execution_request(row, instant)
    attempt = 1
    while True:
        try:
            create(request)
        except ExecutionRefused as refused:
            if refused.settles:
                return None
            if attempt == ATTEMPTS:
                return refused
        else:
            return None
        yield FIRST_PAUSE << (attempt - 1)
        attempt += 1


class Limiter:
    """At most so many calls a second, after a burst; who comes later queues.

    Args:
        tps: Calls a second.
        burst: How many may go at once after a pause.
    """

    def __init__(self, *, tps: int, burst: int) -> None:
        self._interval = SECOND // tps
        self._slack = (burst - 1) * self._interval
        self._expected = 0

    def reserve(self, now: int) -> int:
        """Take the next free place and return the instant at which it comes up."""
        expected = max(self._expected, now)
        self._expected = expected + self._interval
        return max(now, expected - self._slack)
