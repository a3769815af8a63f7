"""Chained, nested, conditional and mapped tasks, a dataclass, a file, and a schedule."""

from dataclasses import dataclass
from datetime import datetime

from flytekit import CronSchedule, LaunchPlan, conditional, map_task, task, workflow
from flytekit.types.file import FlyteFile


@dataclass
class Limits:
    """What counts as a large order."""

    largest: int
    currency: str = "EUR"


@task(retries=2)
def load(day: datetime, source: FlyteFile) -> list[int]:
    """Read the day's orders."""
    return []


@task
def clip(order: int, limits: Limits) -> int:
    """Cut one order to its limit."""
    return min(order, limits.largest)


@task
def double(order: int) -> int:
    """Double one order."""
    return 2 * order


@task
def total(orders: list[int]) -> int:
    """Add the orders up."""
    return sum(orders)


@workflow
def doubled(orders: list[int]) -> int:
    """A workflow used inside another."""
    return total(orders=map_task(double)(order=orders))


@workflow
def checked(amount: int, limits: Limits) -> int:
    """Clip what is too much."""
    return (
        conditional("size")
        .if_(amount > 100)
        .then(clip(order=amount, limits=limits))
        .else_()
        .then(double(order=amount))
    )


@workflow
def daily(day: datetime, source: FlyteFile, limits: Limits) -> int:
    """The whole of it."""
    orders = load(day=day, source=source)
    return checked(amount=doubled(orders=orders), limits=limits)


nightly = LaunchPlan.get_or_create(
    workflow=daily,
    name="shop_nightly",
    default_inputs={"limits": Limits(largest=10)},
    fixed_inputs={"source": FlyteFile("s3://bucket/orders.csv")},
    schedule=CronSchedule(schedule="30 2 * * *", kickoff_time_input_arg="day"),
)
