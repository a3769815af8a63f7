"""A team's workflow as it is today, registered by `pyflyte register` in CI."""

from datetime import datetime

from flytekit import CronSchedule, LaunchPlan, task, workflow


@task(retries=2)
def load(day: datetime) -> int:
    """Load one day; how many rows there were."""
    return 0


@task
def report(rows: int) -> str:
    """Say it in words."""
    return f"{rows} rows"


@workflow
def nightly(day: datetime) -> str:
    """Load, then report."""
    return report(rows=load(day=day))


etl_nightly = LaunchPlan.get_or_create(
    workflow=nightly,
    name="etl_nightly",
    schedule=CronSchedule(schedule="0 2 * * *", kickoff_time_input_arg="day"),
)
etl_hourly = LaunchPlan.get_or_create(
    workflow=nightly,
    name="etl_hourly",
    schedule=CronSchedule(schedule="0 * * * *", kickoff_time_input_arg="day"),
)
