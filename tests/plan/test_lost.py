"""What the ledger says we registered, and Admin no longer holds."""

from reconciler.model import Inventory, Resource, owned_by
from reconciler.plan import with_lost
from tests.builders import a_create, a_launch_plan, a_plan, a_task


def owning(*resources: Resource) -> Inventory:
    many = [owned for one in resources if (owned := owned_by(one)) is not None]
    return Inventory({owned.place: owned for owned in many})


def test_a_version_of_ours_that_is_gone_is_said() -> None:
    """Versions cannot be deleted: Admin is an older one than the ledger."""
    task, plan = a_task(), a_launch_plan()

    (warning,) = with_lost(a_plan(a_create(task), a_create(plan)), owning(task, plan)).warnings

    assert warning.code == "gone-from-admin"
    assert f"{task.id} and 1 more" in warning.message


def test_a_new_version_of_a_name_of_ours_is_none() -> None:
    """That is any other day."""
    plan = a_plan(a_create(a_task(version="v2")))

    assert with_lost(plan, owning(a_task(version="v1"))) is plan
