"""Whatever flytekit can write: ours brings it to Admin as flytekit's own client would."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flytekit.configuration import ImageConfig, SerializationSettings
from flytekit.remote import FlyteRemote

from reconciler.remote import Fate, Remote
from reconciler.sandbox import Sandbox
from tests.flytekit import variety

HERE = Path(__file__).parent
PLACE = ("flytesnacks", "development")


@pytest.fixture(scope="module")
def admin() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def settings() -> SerializationSettings:
    return SerializationSettings(ImageConfig.auto(img_name=variety.IMAGE), *PLACE, "theirs")


@pytest.fixture(scope="module")
def theirs(admin: Sandbox) -> FlyteRemote:
    return FlyteRemote.for_endpoint(
        admin.endpoint, insecure=True, default_project=PLACE[0], default_domain=PLACE[1]
    )


def name_of(entity: Any) -> str:
    return str(entity.name).rpartition(".")[2]


@pytest.mark.parametrize("entity", variety.TASKS, ids=name_of)
def test_tasks(
    remote: Remote, theirs: FlyteRemote, settings: SerializationSettings, entity: Any
) -> None:
    """Registered by theirs, ours finds nothing to add or change."""
    theirs.register_task(entity, copy.deepcopy(settings), version="theirs")

    found = remote.register(entity, version="theirs", serialization_settings=settings)

    assert set(found.fates.values()) == {Fate.IDENTICAL}
    assert found.tasks[entity.name].python_interface == entity.python_interface


@pytest.mark.parametrize("entity", variety.WORKFLOWS, ids=name_of)
def test_workflows(
    remote: Remote, theirs: FlyteRemote, settings: SerializationSettings, entity: Any
) -> None:
    """With all that they are made of, and their launch plans."""
    theirs.register_workflow(entity, copy.deepcopy(settings), version="theirs")

    found = remote.register(entity, version="theirs", serialization_settings=settings)

    assert set(found.fates.values()) == {Fate.IDENTICAL}
    assert found.workflows[entity.name]


@pytest.mark.parametrize("entity", variety.PLANS, ids=name_of)
def test_launch_plans(
    remote: Remote, theirs: FlyteRemote, settings: SerializationSettings, entity: Any
) -> None:
    """With the workflow that they launch."""
    given = copy.deepcopy(settings)
    theirs.register_launch_plan(entity, version="theirs", serialization_settings=given)

    found = remote.register(
        entity, version="theirs", serialization_settings=settings, default_launch_plan=False
    )

    assert set(found.fates.values()) == {Fate.IDENTICAL}


def test_all_at_once(remote: Remote) -> None:
    """In one plan, with code and by the content's version; the second time nothing is left."""
    things = [*variety.TASKS, *variety.WORKFLOWS, *variety.PLANS]

    first = remote.register(things, source_path=HERE)
    again = remote.register(things, source_path=HERE)

    assert set(first.fates.values()) == {Fate.CREATED}
    assert set(again.fates.values()) == {Fate.IDENTICAL}
    assert [one.id for one in first] == [one.id for one in again]
