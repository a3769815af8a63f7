"""What runs from a bundle: a task, a mapped task and a dynamic one, and a module beside them."""

from pathlib import Path

from flytekit import dynamic, map_task, task, workflow

from app.helpers import double

QUERY = Path(__file__).with_name("query.sql")


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def twice(x: int) -> int:
    return double(x)


@task
def query() -> str:
    return QUERY.read_text()


@dynamic
def spread(n: int) -> list[int]:
    return [add(a=i, b=n) for i in range(n)]


@workflow
def all_twice(xs: list[int]) -> list[int]:
    return map_task(twice)(x=xs)
