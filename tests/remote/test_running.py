"""Run what flytekit's objects say, and have back what came of it: with the real flytekit."""

import dataclasses
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from flytekit import (
    LaunchPlan,
    reference_launch_plan,
    reference_task,
    task,
    workflow,
)
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile

from reconciler.errors import InputsError, NotFoundError, RegistrationConflictError
from reconciler.remote import Config, FlyteRemote, Remote
from reconciler.testing import EmbeddedAdmin, embedded_admin


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float


@task  # type: ignore[untyped-decorator]
def add(a: int, b: int = 2) -> int:
    return a + b


@workflow  # type: ignore[untyped-decorator]
def sums(x: int, y: int = 5) -> int:
    return add(a=x, b=y)  # type: ignore[no-any-return]


@task  # type: ignore[untyped-decorator]
def shapes(
    point: Point, color: Color, day: datetime, rates: list[float], perhaps: int | None = None
) -> Point:
    return point


@task  # type: ignore[untyped-decorator]
def files(file: FlyteFile, folder: FlyteDirectory) -> FlyteFile:
    return file


@dataclass
class Report:
    file: FlyteFile
    pages: int


@task  # type: ignore[untyped-decorator]
def publish(report: Report) -> int:
    return report.pages


@task  # type: ignore[untyped-decorator]
def matrix(values: np.ndarray) -> int:
    return 1


SETTINGS = SerializationSettings(
    image_config=ImageConfig(default_image=Image("default", "ghcr.io/acme/app", "1"))
)


@pytest.fixture(scope="module")
def admin() -> Iterator[EmbeddedAdmin]:
    with embedded_admin() as found:
        yield found


@pytest.fixture(scope="module")
def remote(admin: EmbeddedAdmin) -> Iterator[Remote]:
    with FlyteRemote(Config.for_endpoint(admin.endpoint, insecure=True, environ={})) as found:
        yield found


def test_workflow_runs_from_its_function(admin: EmbeddedAdmin, remote: Remote) -> None:
    """Registered first, run by its launch plan, its outputs of the types that it says."""
    execution = remote.execute(
        sums, inputs={"x": 5, "y": 10}, version="v1", serialization_settings=SETTINGS
    )
    admin.finish(f"flytesnacks/development/{execution.id.name}", outputs={"o0": 15})

    synced = remote.sync_execution(execution)

    assert synced.is_successful
    assert synced.current_state == "SUCCEEDED"
    assert synced.outputs.get("o0") == 15
    assert dict(synced.inputs) == {"x": 5, "y": 10}
    assert synced.spec.launch_plan.version == "v1"


def test_second_run_registers_nothing_and_runs(remote: Remote) -> None:
    """What is there is compared: other code under the version is no success."""
    remote.execute(sums, {"x": 1}, version="v1", serialization_settings=SETTINGS)
    other = dataclasses.replace(SETTINGS, image_config=ImageConfig.auto(img_name="other/app:2"))
    with pytest.raises(RegistrationConflictError):
        remote.execute(sums, {"x": 1}, version="v1", serialization_settings=other)


def test_task_and_launch_plan_run_from_their_objects(remote: Remote) -> None:
    """A launch plan's fixed inputs stay fixed, its defaults are its own."""
    single = remote.execute(add, {"a": 1, "b": 2}, version="v1", serialization_settings=SETTINGS)
    assert single.is_of_task

    plan = LaunchPlan.get_or_create(
        sums, name="sums_of_seven", default_inputs={"y": 7}, fixed_inputs={"x": 1}
    )
    launched = remote.execute(plan, version="v1", serialization_settings=SETTINGS)
    assert dict(launched.inputs) == {"x": 1, "y": 7}
    with pytest.raises(InputsError, match="x is fixed by the launch plan"):
        remote.execute(plan, {"x": 2}, version="v1", serialization_settings=SETTINGS)


def test_elsewhere_it_is_registered_there(remote: Remote) -> None:
    """A project or domain that is said is where it is registered, and where it runs."""
    execution = remote.execute(
        sums, {"x": 1}, domain="staging", version="v1", image_config=SETTINGS.image_config
    )
    assert execution.id.domain == "staging"
    assert execution.spec.launch_plan.domain == "staging"


def test_a_name_runs_what_is_registered(remote: Remote) -> None:
    """And registers nothing, whatever the object says now."""
    workflow_name = sums.name
    execution = remote.execute(sums, {"x": 1}, name=workflow_name, version="v1")
    assert execution.spec.launch_plan.name == workflow_name
    with pytest.raises(NotFoundError):
        remote.execute(sums, {"x": 1}, name="nothing", version="v1")


def test_references_run_what_they_refer_to(remote: Remote) -> None:
    """Or say that it is not there."""

    @reference_task(  # type: ignore[untyped-decorator]
        project="flytesnacks", domain="development", name=add.name, version="v1"
    )
    def referred(a: int, b: int) -> int:
        return 0

    @reference_launch_plan(  # type: ignore[untyped-decorator]
        project="flytesnacks", domain="development", name=sums.name, version="v9"
    )
    def absent(x: int, y: int) -> int:
        return 0

    assert remote.execute(referred, {"a": 1, "b": 2}).is_of_task
    with pytest.raises(NotFoundError):
        remote.execute(absent, {"x": 1, "y": 2})


def test_values_of_python_are_inputs_and_outputs(admin: EmbeddedAdmin, remote: Remote) -> None:
    """Dataclasses, enums, moments as text, ints where floats are wanted; and back by type."""
    execution = remote.execute(
        shapes,
        {
            "point": Point(1, 2.5),
            "color": Color.RED,
            "day": "2026-03-01",
            "rates": (1, 2.5),
            "perhaps": 3,
        },
        version="v1",
        serialization_settings=SETTINGS,
    )
    name = f"flytesnacks/development/{execution.id.name}"
    admin.finish(name, outputs={"o0": {"x": 1, "y": 2.5}})
    execution.sync()

    assert execution.inputs.get("point", Point) == Point(1, 2.5)
    assert execution.inputs.get("color", Color) is Color.RED
    assert execution.inputs["rates"] == [1.0, 2.5]
    # Of a local object the types are known.
    assert execution.outputs["o0"] == Point(1, 2.5)


def test_files_go_along_and_come_back(
    admin: EmbeddedAdmin, remote: Remote, tmp_path: Path
) -> None:
    """A path of this machine is uploaded, whole; outputs are downloaded below a folder."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("top")
    (tmp_path / "in" / "deep" / "a.txt").write_text("deep")
    execution = remote.execute(
        files,
        {"file": tmp_path / "in" / "a.txt", "folder": str(tmp_path / "in")},
        version="v1",
        serialization_settings=SETTINGS,
    )
    uri = execution.inputs["file"]
    admin.finish(f"flytesnacks/development/{execution.id.name}", outputs={"o0": uri})
    execution.sync()

    execution.outputs.download(tmp_path / "out")
    execution.inputs.download(tmp_path / "back")

    assert [one.read_text() for one in sorted((tmp_path / "out").rglob("*.txt"))] == ["top"]
    found = {one.parent.name: one.read_text() for one in (tmp_path / "back").rglob("a.txt")}
    assert found["deep"] == "deep"


def test_files_inside_a_dataclass_go_along(remote: Remote, tmp_path: Path) -> None:
    """The struct says where they went."""
    (tmp_path / "a.txt").write_text("report")
    execution = remote.execute(
        publish,
        {"report": Report(FlyteFile(str(tmp_path / "a.txt")), 3)},
        version="v1",
        serialization_settings=SETTINGS,
    )

    report = execution.inputs["report"]
    (file,) = remote.download(report["file"]["path"], tmp_path / "back")

    assert report["pages"] == 3
    assert file.read_text() == "report"


def test_nothing_is_uploaded_for_inputs_that_do_not_fit(remote: Remote, tmp_path: Path) -> None:
    """All is checked first."""
    (tmp_path / "a.txt").write_text("secret")
    before = remote._connection.calls.counts["CreateUploadLocation"]
    with pytest.raises(InputsError, match="not there"):
        remote.execute(
            files,
            {"file": tmp_path / "a.txt", "folder": tmp_path / "absent"},
            version="v1",
            serialization_settings=SETTINGS,
        )
    assert remote._connection.calls.counts["CreateUploadLocation"] == before


def test_what_only_flytekit_converts_it_converts(remote: Remote) -> None:
    """Types that its plugins know; what they write is uploaded as any other file."""
    execution = remote.execute(
        matrix, {"values": np.eye(2)}, version="v1", serialization_settings=SETTINGS
    )

    literal = execution.inputs.get_literal("values")
    assert literal.scalar.blob.metadata.type.format == "NumpyArray"
    assert "://" in literal.scalar.blob.uri
    assert np.array_equal(execution.inputs.get("values", np.ndarray), np.eye(2))


def test_seeds_own_words(admin: EmbeddedAdmin, remote: Remote) -> None:
    """Register, execute with a prefix, look at the state, sync, take an output."""
    registered_workflow = remote.register_workflow(sums, SETTINGS, version="1.0.0")
    execution = remote.execute(
        registered_workflow, inputs={"x": 5, "y": 10}, execution_name_prefix="my_wf_run"
    )
    assert execution.id.name.startswith("my-wf-run-")
    assert execution.current_state == "UNDEFINED"
    admin.finish(f"flytesnacks/development/{execution.id.name}", outputs={"o0": 15})
    synced_execution = remote.sync_execution(remote.wait(execution))
    assert synced_execution.is_successful
    assert synced_execution.outputs.get("o0") == 15


def test_underscores_in_a_prefix_become_hyphens(remote: Remote) -> None:
    """Admin would refuse them; nobody has to find the execution by this name."""
    execution = remote.execute(f"{sums.name}@v1", {"x": 1}, execution_name_prefix="my_wf_run")

    assert execution.id.name.startswith("my-wf-run-")
