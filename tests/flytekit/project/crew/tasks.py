"""Tasks that start others at run time: a dynamic and an eager one."""

from flytekit import LaunchPlan, dynamic, eager, task, workflow


@task
def one(x: int) -> int:
    """Hand it back."""
    return x


@workflow
def helper(x: int) -> int:
    """What the dynamic task starts by its launch plan."""
    return one(x=x)


helper_plan = LaunchPlan.get_or_create(helper, "crew_helper")


@dynamic(node_dependency_hints=[helper_plan])
def spread(n: int) -> list[int]:
    """Start as many as are asked for."""
    return [helper_plan(x=i) for i in range(n)]


@eager
async def hurry(x: int) -> int:
    """Start one, look at it, start another."""
    out = one(x=x)
    return one(x=out)


@workflow
def lead(n: int = 2) -> list[int]:
    """The way in."""
    return spread(n=n)
