"""A model for each segment: fitted by a map task, compared, and handed on."""

from datetime import datetime

from flytekit import CronSchedule, LaunchPlan, Resources, map_task, task, workflow


@task(retries=2)
def segments(day: datetime) -> list[str]:
    """Which segments there are."""
    return ["new", "loyal", "gone"]


@task(
    requests=Resources(cpu="4", mem="16Gi", gpu="1"),
    limits=Resources(cpu="8", mem="32Gi", gpu="1"),
)
def fit(segment: str) -> float:
    """Fit the model of one segment; how good it is."""
    return 0.9


@task
def judge(scores: list[float]) -> float:
    """The worst of them decides."""
    return min(scores)


@workflow
def weekly(day: datetime) -> float:
    """Fit all segments."""
    return judge(scores=map_task(fit, concurrency=2)(segment=segments(day=day)))


train_weekly = LaunchPlan.get_or_create(
    workflow=weekly,
    name="train_weekly",
    schedule=CronSchedule(schedule="0 6 * * 1", kickoff_time_input_arg="day"),
)
