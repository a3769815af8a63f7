"""Run the slots of a schedule that were missed."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from reconciler.errors import ReconcilerError
    from reconciler.manifest import Manifest
    from reconciler.model import Backfill, Event, ExecutionId, Plan, ResourceId, Run, SlotTable
    from reconciler.remote.backfill import Progress
    from reconciler.remote.entities import FlyteWorkflow
    from reconciler.remote.executions import FlyteWorkflowExecution
    from reconciler.remote.remote import Remote


class Backfilling(Connected):
    """Run the slots of a schedule that were missed."""

    def backfill(
        self,
        launchplan: str,
        launchplan_version: str | None = None,
        *,
        project: str | None = None,
        domain: str | None = None,
        name: str = "",
        from_date: datetime | date | str | None = None,
        to_date: datetime | date | str | None = None,
        last: timedelta | str | None = None,
        zone: str = "UTC",
        inclusive: bool = False,
        strategy: Literal["executions", "workflow"] = "executions",
        concurrency: int | None = None,
        retries: int = 0,
        inputs: Mapping[str, Any] | None = None,
        overwrite_cache: bool = False,
        wait: bool = False,
        dry_run: bool = False,
        spec: Mapping[str, Any] | None = None,
        on_event: "Callable[[Event], None]" = lambda event: None,
        on_tables: "Callable[[Sequence[SlotTable]], None]" = lambda tables: None,
        stop: threading.Event | None = None,
    ) -> "SlotTable":
        """Run each slot of a launch plan's schedule in a window once, as the kind Backfill does.

        What has run already is left alone, so that calling this again goes on where it stopped.

        Args:
            launchplan: Its name.
            launchplan_version: None for the active one.
            project, domain: The default ones if unset.
            name: What the backfill is called; the launch plan's name unless given.
            from_date, to_date: The window, without its end; `last` stands for both: so long
                before now. Without an offset they are wall clock time of `zone`.
            inclusive: Whether a slot right at `to_date` counts too.
            strategy: An execution a slot, named as the scheduler names it, or generated workflows.
            concurrency: Executions under way at once.
            retries: How often a slot that failed is launched again.
            inputs: The same for every slot, as YAML has them.
            wait: Go on until every slot that is due has run; else only as many are launched as
                may be under way at once.
            dry_run: Launch nothing; tell how it stands.
            spec: Whatever else a manifest can say under `spec`.
            on_event: Called as launches start and finish.
            on_tables: Told how all slots stand, again and again while it waits.
            stop: Once set, nothing new is begun.

        Returns: How all slots stand at the end.
        Raises: BackfillError for what cannot be, a launch plan that is not there, has no
            schedule, or takes other inputs; AdminError or UnreachableError.
        """
        from reconciler.errors import BackfillError
        from reconciler.model import Guard, PlanOptions, Status
        from reconciler.remote.backfill import declared_backfill, told_without_file

        where = self._place(project, domain)
        said: dict[str, Any] = {
            "launchPlan": {"name": launchplan, "version": launchplan_version or "active"},
            "window": {"from": from_date, "to": to_date, "last": last, "zone": zone},
            "strategy": strategy,
            "concurrency": concurrency,
            "retries": retries,
            "inputs": dict(inputs or {}),
            "overwriteCache": overwrite_cache,
            **(spec or {}),
        }
        if inclusive:
            said["window"]["inclusive"] = True
        manifest = declared_backfill(said, project=where[0], domain=where[1], name=name)
        remote = cast("Remote", self)
        with told_without_file():
            # Who calls this says how many at once, and gets no second look: what is many is meant.
            plan = remote.plan([manifest], PlanOptions(allow=frozenset({Guard.MANY_LAUNCHED})))
        on_tables(plan.backfills)
        if plan.obstacles:
            raise BackfillError("; ".join(one.message for one in plan.obstacles))
        if dry_run:
            return plan.backfills[0]
        report = remote.apply(plan, on_event=on_event, stop=stop)
        if wait:
            found = self.go_on_backfilling(
                [manifest], plan, on_event=on_event, on_tables=on_tables, stop=stop
            )
            return found.tables[0]
        failed = [one for one in report.outcomes if one.status is Status.FAILED]
        if failed and len(failed) == len(report.outcomes):
            raise failed[0].error or BackfillError(failed[0].message)
        return remote.plan([manifest]).backfills[0]

    def go_on_backfilling(
        self,
        manifests: "Sequence[Manifest]",
        plan: "Plan",
        *,
        stop: threading.Event | None = None,
        pause: Callable[[float], object] | None = None,
        on_event: "Callable[[Event], None]" = lambda event: None,
        on_tables: "Callable[[Sequence[SlotTable]], None]" = lambda tables: None,
        on_trouble: "Callable[[ReconcilerError], None]" = lambda error: None,
    ) -> "Progress":
        """Go on with the backfills of a plan that was applied, until every slot has run.

        They go on with the versions that the plan chose, whatever is switched meanwhile.

        Args:
            manifests: What the plan was made of.
            stop: Once set, nothing new is begun.
            pause: Waits so many seconds between two looks; None for the usual.
            on_event: Called as launches start and finish.
            on_tables: Told how all slots stand, after each look.
            on_trouble: Told that Admin could not be asked, which is waited out a few times.

        Raises: ManifestError if the manifests cannot be bound any more; AdminError or
            UnreachableError if Admin could not be read.
        """
        from reconciler.admin import SystemClock
        from reconciler.remote.backfill import Progress, go_on

        remote = cast("Remote", self)
        if not plan.backfills:
            return Progress(())
        return go_on(
            self._pinned(manifests, plan),
            reader=self._connection.reader,
            executions=self._connection.executions,
            apply=lambda some: remote.apply(some, stop=stop, on_event=on_event),
            now=SystemClock().now,
            stop=stop,
            pause=pause,
            on_tables=on_tables,
            on_trouble=on_trouble,
        )

    def backfill_executions(
        self, name: str, project: str | None = None, domain: str | None = None
    ) -> "Sequence[ExecutionId]":
        """The executions of a backfill that have not ended, by its label. Costs a list.

        Args:
            name: What the backfill is called; one made of arguments is called like its launch
                plan, unless it was given a name.
            project, domain: The default ones if unset.
        """
        from reconciler.model import ExecutionId, Kind, ResourceId

        backfill = ResourceId(Kind.BACKFILL, *self._place(project, domain), name)
        found = self._connection.executions.under_way(backfill)
        return [ExecutionId(run.id.project, run.id.domain, run.id.name) for run in found]

    def scheduled_runs(
        self, launch_plans: Iterable["ResourceId"], *, since: datetime
    ) -> "dict[ResourceId, Sequence[Run]]":
        """What ran of slots of schedules, by their activations: launch plans that Flyte's
        scheduler or a backfill started since then. Costs a list each.

        Args:
            launch_plans: Their activations.
        """
        from reconciler.cron import from_datetime

        start = from_datetime(since)
        executions = self._connection.executions
        return {id: executions.runs_of(id, since=start) for id in launch_plans}

    def cancel_backfill(
        self,
        name: str,
        project: str | None = None,
        domain: str | None = None,
        *,
        cause: str = "its backfill was cancelled",
    ) -> "Sequence[ExecutionId]":
        """End every execution of a backfill that runs; none of other backfills or the scheduler's.

        Their slots count as failed from then on. A manifest that is still there launches what has
        not run yet at its next apply, so it goes first.

        Args: As of `backfill_executions`; `cause` is kept with each execution.
        Returns: What was ended.
        Raises: AdminError or UnreachableError, with those before it ended.
        """
        from reconciler.errors import ExecutionError

        remote = cast("Remote", self)
        ended = []
        for id in self.backfill_executions(name, project, domain):
            # One that ended by itself in the meantime is as good.
            with suppress(ExecutionError):
                remote.terminate(id, cause)
                ended.append(id)
        return ended

    def _pinned(self, manifests: "Sequence[Manifest]", plan: "Plan") -> "Sequence[Backfill]":
        """The backfills of a plan, each with the version that the plan chose for it."""
        from dataclasses import replace

        from flyteidl.admin.execution_pb2 import ExecutionCreateRequest

        chosen = {table.id: table.launch_plan for table in plan.backfills}
        bound = cast("Remote", self).validate(manifests).backfills
        wanted = [one for one in bound if one.id in chosen]
        others = [chosen[one.id] for one in wanted if one.launch_plan.id != chosen[one.id]]
        found = self._connection.reader.versions(others) if others else {}
        pinned = []
        for backfill in wanted:
            launch_plan = found.get(chosen[backfill.id])
            if launch_plan is not None:
                request = ExecutionCreateRequest()
                request.CopyFrom(backfill.request)
                request.spec.launch_plan.CopyFrom(launch_plan.id.to_identifier())
                backfill = replace(backfill, launch_plan=launch_plan, request=request)
            pinned.append(backfill)
        return pinned

    def launch_backfill(
        self,
        project: str | None,
        domain: str | None,
        from_date: datetime,
        to_date: datetime,
        launchplan: str,
        launchplan_version: str | None = None,
        execution_name: str | None = None,
        version: str | None = None,
        dry_run: bool = False,
        execute: bool = True,
        parallel: bool = False,
        failure_policy: Any = None,
        overwrite_cache: bool | None = None,
    ) -> "FlyteWorkflowExecution | FlyteWorkflow":
        """Run a launch plan for each slot of its schedule in a window, by one generated workflow.

        As flytekit's, but: the window is half-open, so that a slot at `from_date` counts; slots
        are those of Flyte's own scheduler, of rates too; what is not due yet is left out; the
        active version is taken, or else the latest; what is generated is named by its content,
        so that other flags are another version; and the same call again gives the execution that
        it started before instead of a second one. `backfill` has no limit of slots, runs none
        twice that the scheduler has run, and goes on after failures.

        Args:
            project, domain: The default ones if None.
            from_date, to_date: Without a zone they are UTC.
            launchplan: Its name; it must have a schedule.
            launchplan_version: None for the active one, or else the latest.
            execution_name: None for one that is the same for the same call; underscores, which
                Admin takes in no name, become hyphens.
            version: Of what is generated; its content's hash unless given.
            dry_run: Register nothing, and return the workflow as it would be.
            execute: Whether to start it; else the registered workflow is returned.
            parallel: Run all slots at once instead of one after the other.
            failure_policy: flytekit's `WorkflowFailurePolicy`, or one of Flyte's own names for
                these; fail immediately unless given.
            overwrite_cache: Compute everything anew.

        Raises: BackfillError if the window holds no slot, or more than 100, or the launch plan is
            not there or has no schedule; VersionConflictError if `version` exists with other
            content; AdminError if it cannot be started.
        """
        from reconciler.admin import SystemClock
        from reconciler.remote.backfill.one_workflow import one_workflow

        remote = cast("Remote", self)
        backfill = self._one_backfill(
            self._place(project, domain),
            launchplan,
            launchplan_version,
            window={"from": from_date, "to": to_date},
            workflow={"parallel": parallel, "onFailure": _policy(failure_policy)},
            overwrite_cache=bool(overwrite_cache),
        )
        found = one_workflow(
            backfill,
            self._connection.executions,
            now=SystemClock().now(),
            version=version or "",
            name=(execution_name or "").replace("_", "-"),
        )
        if dry_run:
            return cast("FlyteWorkflow", remote._entity(found.workflow.id, found.message))
        self._carry_out(found.registrations(self._connection.reader))
        id = found.workflow.id
        if not execute:
            return remote.fetch_workflow(id.project, id.domain, id.name, id.version)
        self._carry_out(found.launch)
        request = found.request
        return remote.fetch_execution(request.project, request.domain, request.name)

    def _one_backfill(
        self,
        where: tuple[str, str],
        launchplan: str,
        version: str | None,
        *,
        window: Mapping[str, Any],
        workflow: Mapping[str, Any],
        overwrite_cache: bool,
    ) -> "Backfill":
        from reconciler.model import Kind, ResourceId
        from reconciler.remote.backfill import declared_backfill, told_without_file

        if version is None:
            activation = ResourceId(Kind.ACTIVATION, *where, launchplan)
            active = self._connection.reader.active([activation])[activation]
            version = "active" if len(active) == 1 else "latest"
        spec = {
            "launchPlan": {"name": launchplan, "version": version},
            "window": window,
            "strategy": "workflow",
            "workflow": workflow,
            "overwriteCache": overwrite_cache,
        }
        manifest = declared_backfill(spec, project=where[0], domain=where[1])
        with told_without_file():
            return cast("Remote", self).validate([manifest]).backfills[0]

    def _carry_out(self, plan: "Plan") -> None:
        """Raise: what kept a step from being done."""
        from reconciler.errors import BackfillError
        from reconciler.model import Status

        report = cast("Remote", self).apply(plan)
        for outcome in report.outcomes:
            if outcome.status is Status.FAILED:
                raise outcome.error or BackfillError(f"{outcome.action.id}: {outcome.message}")


def _policy(given: Any) -> str:
    """What a failure policy is called in a manifest; flytekit's is an enum of Flyte's numbers."""
    name = str(getattr(given, "name", given) or "FAIL_IMMEDIATELY").upper()
    known = {
        "FAIL_IMMEDIATELY": "failImmediately",
        "FAIL_AFTER_EXECUTABLE_NODES_COMPLETE": "failAfterExecutableNodesComplete",
    }
    if name not in known:
        from reconciler.errors import BackfillError

        raise BackfillError(f"{given!r} is no failure policy; there are {', '.join(known)}")
    return known[name]
