"""Plans whose effects are told, one for each thing that an effect can say."""

from dataclasses import replace

from reconciler.model import (
    Change,
    Consumer,
    Effect,
    Firing,
    ImageChange,
    InterfaceChange,
    Kind,
    Oddity,
    Part,
    Plan,
    Restart,
    ScheduleEffect,
    Side,
    Slot,
)
from tests.builders import DOMAIN, PROJECT, a_switch, an_id

PLACE = f"{PROJECT}/{DOMAIN}"
CRON = Firing(
    "cron '0 6 * * *'",
    assumed=True,
    next=("2026-03-03T06:00:00Z", "2026-03-04T06:00:00Z", "2026-03-05T06:00:00Z"),
)
BERLIN = Firing(
    "cron 'TZ=Europe/Berlin 30 2 * * *'",
    zone="Europe/Berlin",
    next=(
        "2026-03-03T02:30:00+01:00",
        "2026-03-04T02:30:00+01:00",
        "2026-03-05T02:30:00+01:00",
    ),
)
EVERY = Firing("every day", next=("2026-03-02T17:00:00Z",))


def an_effect(name: str = "etl.daily", before: str = "v1", after: str = "v2") -> Effect:
    """A switch of a launch plan in which nothing differs."""
    return Effect(an_id(Kind.ACTIVATION, name), (before,) if before else (), after)


def a_part(name: str = "etl.extract", *changes: Change, kind: Kind = Kind.TASK) -> Part:
    return Part(kind, f"{PLACE}/{name}", "v1", "v2", changes)


def an_image(task: str = "etl.extract") -> ImageChange:
    return ImageChange(f"{PLACE}/{task}", "", "etl:1", "etl:2")


def a_plan_with(*effects: Effect) -> Plan:
    """A plan of the switches that have these effects."""
    return Plan(
        tuple(
            a_switch(effect.id.name, before=effect.active_before, after=effect.active_after)
            for effect in effects
            if effect.switches
        ),
        effects=effects,
    )


EVERYTHING = replace(
    an_effect(),
    parts=(
        a_part("etl.daily", Change("nodes[load].metadata.retries", 1, 3), kind=Kind.WORKFLOW),
        a_part(
            "etl.extract",
            Change("container.args[1]", "code cdcdcdcdcdcd…", "code abababababab…"),
            Change("container.env[LEVEL].value", "info", "debug"),
            Change("container.image", "etl:1", "etl:2"),
            Change("container.resources.requests[CPU].value", "500m", "1"),
        ),
        Part(Kind.TASK, f"{PLACE}/etl.check", "", "v2"),
        Part(Kind.TASK, f"{PLACE}/etl.clean", "v1", ""),
    ),
    images=(an_image(), an_image("etl.load")),
    schedule=ScheduleEffect(
        CRON,
        BERLIN,
        slots=(
            Slot("2026-03-03T06:00:00Z", Oddity.LOST),
            Slot("2026-03-29T02:30:00+01:00", Oddity.GAP),
            *(Slot(f"2026-10-25T02:{minute}0:00+01:00", Oddity.OVERLAP) for minute in range(5)),
        ),
    ),
)
ALIKE = tuple(
    replace(
        an_effect(f"etl.{name}"),
        parts=(
            a_part(
                f"etl.{name}.task",
                Change("container.args[1]", "code cdcdcdcdcdcd…", "code abababababab…"),
                Change("container.image", "etl:1", "etl:2"),
            ),
        ),
        images=(an_image(f"etl.{name}.task"),),
        schedule=ScheduleEffect(CRON, CRON),
    )
    for name in ("daily", "hourly", "weekly")
)
BREAKING = replace(
    an_effect("etl.weekly"),
    interface=(
        InterfaceChange(Side.INPUT, "day", "datetime", None, True, "gone"),
        InterfaceChange(Side.INPUT, "region", None, "str", False, "new, with a default"),
        InterfaceChange(Side.OUTPUT, "table", "file", "file[csv]", False, "still fits"),
    ),
    consumers=(
        Consumer(an_id(Kind.WORKFLOW, "report"), True, "v1", True, "node run: gives day"),
        Consumer(an_id(Kind.WORKFLOW, "audit"), False, "v0", False, "fits"),
    ),
)

CASES = {
    "a-switch-says-what-will-be-different": a_plan_with(EVERYTHING),
    "alike-switches-share-what-they-say": a_plan_with(*ALIKE),
    "what-nobody-activates-shares-a-section-too": a_plan_with(
        *(replace(effect, switches=False) for effect in ALIKE)
    ),
    "what-breaks-somebody-stands-first": a_plan_with(
        replace(an_effect(), images=(an_image(),), parts=(a_part(),)), BREAKING
    ),
    "first-and-last-schedules-are-a-line-each": a_plan_with(
        *(
            replace(an_effect(name, before=""), schedule=ScheduleEffect(None, firing))
            for name, firing in (("etl.daily", CRON), ("etl.nightly.berlin", BERLIN))
        ),
        replace(an_effect("etl.old", after=""), schedule=ScheduleEffect(CRON, None)),
    ),
    "a-rate-says-what-its-restart-loses": a_plan_with(
        replace(
            an_effect(),
            schedule=ScheduleEffect(EVERY, EVERY, Restart(86_400, 68_400, 18_000)),
        ),
        replace(
            an_effect("etl.hourly"),
            schedule=ScheduleEffect(
                Firing("every hour", problem="counts from when it was switched on"),
                Firing("every hour", next=("2026-03-02T13:00:00Z",)),
                Restart(3600),
            ),
        ),
    ),
    "what-nobody-activates-and-what-was-not-read-is-said": a_plan_with(
        replace(
            an_effect(),
            switches=False,
            parts=(Part(Kind.WORKFLOW, f"{PLACE}/inner", "v1", "v2", unread=True),),
            notes=("not compared: workflow inner@v2",),
        )
    ),
    "a-secret-has-one-number-wherever-it-is": a_plan_with(
        replace(
            an_effect(),
            parts=(
                a_part("etl.extract", Change("container.env[KEY].value", "hunter2", "hunter3")),
                a_part("etl.load", Change("container.env[KEY].value", "hunter1", "hunter2")),
            ),
        ),
        replace(
            an_effect("etl.weekly"),
            parts=(
                a_part(
                    "etl.weekly",
                    Change("fixedInputs.literals.key.scalar", "hunter3", None),
                    Change("container.env[NEW]", None, {"value": "hunter2"}),
                    kind=Kind.LAUNCH_PLAN,
                ),
            ),
        ),
    ),
}
