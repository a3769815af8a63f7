"""Plans that have something of everything that a page shows, and one that has a lot of it."""

from dataclasses import replace
from datetime import UTC, datetime

from reconciler.cron import from_datetime
from reconciler.model import (
    Change,
    Conflict,
    Diagnostic,
    Firing,
    InterfaceChange,
    Kind,
    Oddity,
    Origin,
    Phase,
    Plan,
    ResourceId,
    Ruling,
    Run,
    ScheduleEffect,
    Severity,
    Side,
    Slot,
    SlotRow,
    SlotState,
    SlotTable,
    Strategy,
    Verdict,
)
from tests.builders import (
    a_create,
    a_launch_plan,
    a_plan,
    a_project,
    a_switch,
    a_task,
    a_warning,
    a_workflow,
    an_id,
    an_update,
)
from tests.report.effects import BERLIN, CRON, EVERY, a_part, an_effect, an_image

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Whatever would end the block of data, start a script, or turn the text around.
HOSTILE = "</script><script>document.title='x'</script><!-- \u202egnp\u2028<img src=x onerror=1>"
SECRETS = ("hunter2-before", "hunter2-after")


def a_rich_plan() -> Plan:
    """Every verb that matters, guards, holds, a conflict, effects, schedules and a backfill."""
    hourly = replace(
        an_effect("hourly"),
        schedule=ScheduleEffect(
            Firing("cron '0 * * * *'", next=("2026-03-02T13:00:00Z",)),
            BERLIN,
            slots=(Slot("2026-03-29T02:30:00+01:00", Oddity.GAP),),
        ),
        images=(an_image(),),
        parts=(
            a_part(
                "etl.extract",
                Change("container.image", "ghcr.io/acme/etl:1.4", "ghcr.io/acme/etl:1.5"),
                Change("container.env[TOKEN].value", *SECRETS),
            ),
        ),
        interface=(InterfaceChange(Side.INPUT, "day", "str", "datetime", True, "another type"),),
    )
    often = Firing("every 5 minutes", next=("2026-03-02T12:05:00Z",))
    minutely = replace(an_effect("minutely"), schedule=ScheduleEffect(EVERY, often))
    project = a_project(description="x")
    actions = (
        *a_plan().actions,
        an_update(
            project,
            project,
            Change("description", "Reads orders.\nRuns daily.\n", "Reads orders.\nRuns hourly.\n"),
            Change("labels", {"team": "a", "sizes": [1, 2]}, {"team": "b", "sizes": [1, 3]}),
            Change("retries", 3, 5),
            Change("motto", None, HOSTILE),
        ),
        a_switch("hourly", before=("v1",), after="v2"),
        a_switch("minutely", before=("v1",), after="v2"),
        a_switch("gone", before=("v1",)),
    )
    return Plan(
        actions,
        conflicts=(
            Conflict(
                an_id(Kind.TASK, "etl.broken", "v7"),
                (Change("container.image", "etl:1", "etl:2"),),
                Origin("etl.yaml", 4, 1),
            ),
        ),
        effects=(hourly, minutely),
        unchanged={Kind.TASK: 3, Kind.WORKFLOW: 1},
        warnings=(
            a_warning(),
            Diagnostic("held", "launch plan x is held by alice", severity=Severity.WARNING),
        ),
        obstacles=(
            Diagnostic(
                "many-deactivated",
                "12 of 30 launch plans would be deactivated",
                hint="--allow-many-deactivations",
            ),
        ),
        backfills=(a_slot_table(),),
        verdicts=(
            Verdict("images-by-digest", Ruling.DENY, "etl:1.4 is a tag", "task:p/d/t@v1"),
            Verdict("freeze", Ruling.APPROVAL, "nothing on Fridays"),
            Verdict("owners", Ruling.WARN, "nobody owns it", excused="until they are found"),
        ),
    )


def a_slot_table() -> SlotTable:
    """A backfill of three days, one of which ran."""
    start = from_datetime(NOW.replace(day=1))
    day = 86_400 * 10**9
    states = (SlotState.DONE, SlotState.FAILED, SlotState.RUN)
    return SlotTable(
        id=an_id(Kind.BACKFILL, "january"),
        launch_plan=an_id(Kind.LAUNCH_PLAN, "etl.daily"),
        chosen="the active one",
        strategy=Strategy.EXECUTIONS,
        schedule="cron '0 12 * * *'",
        zone="UTC",
        start=start - 2 * day,
        end=start + day,
        window_zone="UTC",
        concurrency=2,
        executions=3,
        counts=dict.fromkeys(states, 1),
        rows=tuple(
            SlotRow(start + (n - 2) * day, state, f"f{n}", note="gave up" if n == 1 else "")
            for n, state in enumerate(states)
        ),
    )


def some_runs() -> dict[ResourceId, list[Run]]:
    """What ran of a launch plan: one that failed, one that did not, one of another month."""
    id = an_id(Kind.ACTIVATION, "minutely")
    day = 86_400 * 10**9
    return {
        id: [
            Run(
                an_id(Kind.EXECUTION, f"f{n}"),
                id.at("v1"),
                phase,
                scheduled_at=at,
                by_scheduler=True,
            )
            for n, (at, phase) in enumerate(
                (
                    (from_datetime(NOW) - day, Phase.FAILED),
                    (from_datetime(NOW) - 2 * day, Phase.SUCCEEDED),
                    (from_datetime(NOW) - 40 * day, Phase.SUCCEEDED),
                )
            )
        ]
    }


def a_large_plan(steps: int = 10_000) -> Plan:
    """A roll of a whole estate: a task, a workflow, a launch plan and its switch, many times."""
    actions, effects = [], []
    for n in range(steps // 4):
        team = f"team{n % 50}"
        task = a_task(f"{team}.task_{n:05}", env={"LEVEL": "info"}, cpu="2")
        workflow = a_workflow(f"{team}.flow_{n:05}")
        plan = a_launch_plan(f"{team}.plan_{n:05}", workflow=workflow.id.name)
        actions += [
            a_create(task),
            a_create(workflow, task.id),
            a_create(plan, workflow.id),
            a_switch(plan.id.name, before=("v0",), after="v1"),
        ]
        part = a_part(
            task.id.name,
            Change("container.image", "ghcr.io/acme/etl:1.4", "ghcr.io/acme/etl:1.5"),
            Change("container.args[3]", "--date={{.inputs.day}}", "--day={{.inputs.day}} -x"),
        )
        effects.append(
            replace(
                an_effect(plan.id.name, "v0", "v1"),
                images=(an_image(task.id.name),),
                schedule=ScheduleEffect(CRON, CRON if n % 2 else BERLIN),
                parts=(part,),
            )
        )
    return Plan(tuple(actions), effects=tuple(effects))
