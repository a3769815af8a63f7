"""Tasks by value, as notebooks have them, run by flytekit's own entry point in another process."""

import functools
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flytekit import LaunchPlan, dynamic, eager, map_task, task, workflow

from reconciler.errors import BundleError
from reconciler.model import ApplyReport, Verb
from reconciler.remote import Remote
from reconciler.remote.register import pickled
from reconciler.sandbox import Sandbox, parse_config
from tests.flytekit.conftest import calls_of, connected, writes
from tests.flytekit.test_bundle import S3, World, literals, outputs_at, run

OFFSET = 10
NAMES = {"one", "two", "three", "four"}


def shifted(value: int) -> int:
    """A helper beside the tasks, which no image has."""
    return value + OFFSET


@task
def shift(x: int) -> int:
    return shifted(x) + len(NAMES)


@task
def twice(x: int) -> int:
    return 2 * shifted(x)


@workflow
def flow(x: int, xs: list[int]) -> list[int]:
    shift(x=x)
    return map_task(twice)(x=xs)


def scaled_by(factor: int) -> Any:
    """A task of always the same name that captures a value."""

    def scaled(x: int) -> int:
        return x * factor

    return task(scaled)


@pytest.fixture(scope="module")
def store() -> Iterator[Sandbox]:
    with Sandbox(config=parse_config({"storage": S3})) as sandbox:
        yield sandbox


@pytest.fixture
def remote(store: Sandbox) -> Iterator[Remote]:
    """As a notebook has it."""
    with connected(store, interactive_mode_enabled=True) as remote:
        yield remote


@pytest.fixture
def ran(store: Sandbox, tmp_path: Path) -> Callable[..., Any]:
    """Runs a task somewhere where this file is not, and returns its outputs."""

    def ran(found: Any, *, env: dict[str, str] | None = None, **inputs: Any) -> Any:
        world = World(store, ApplyReport(()), tmp_path)
        folder = tmp_path / found.id.version
        folder.mkdir()
        return outputs_at(world, run(world, found.template, folder, env=env, **inputs))

    return ran


def test_a_task_runs_with_what_it_captures(remote: Remote, ran: Callable[..., Any]) -> None:
    """Its helpers and globals are in the pickle, for nothing else could bring them."""
    found = remote.register_task(shift)

    assert list(found.template.container.args[-2:]) == ["entity-name", f"{__name__}.shift"]
    assert ran(found, x=1) == literals(o0=15)


def test_a_mapped_task_runs_from_its_workflows_pickle(
    remote: Remote, ran: Callable[..., Any]
) -> None:
    """One pickle for all tasks of the workflow, each by its name."""
    found = remote.register([flow])

    uploads = [one for one in found.plan if one.verb is Verb.UPLOAD]
    (mapped,) = [one for name, one in found.tasks.items() if "map_" in name]
    index = {"BATCH_JOB_ARRAY_INDEX_VAR_NAME": "AT", "AT": "1"}
    assert len(uploads) == 1
    assert ran(mapped, env=index, x=[1, 5]) == literals(o0=30)


def test_a_launch_plan_brings_its_pickles(remote: Remote) -> None:
    """In interactive mode it is no exception."""
    plan = LaunchPlan.get_or_create(flow, "pickled", fixed_inputs={"x": 1})

    found = remote.register_launch_plan(plan)

    (task, _) = remote.list_tasks_by_version(found.version)
    assert task.template.container.args[2].endswith("/pkl.gz")


def test_again_is_the_same_version(remote: Remote) -> None:
    """Whatever the bytes of the pickle: nothing is sent."""
    first = remote.register_task(shift)

    with calls_of(remote) as calls:
        again = remote.register_task(shift)

    assert again == first
    assert writes(calls) == []


def test_captured_values_count(remote: Remote) -> None:
    """A closure's, and a global's; the same values are the same version."""
    first, other, same = (remote.register_task(scaled_by(factor)) for factor in (2, 3, 2))

    assert first == same != other


def test_a_global_that_changed_is_seen(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also behind a helper, where flytekit remembers the pickle it made before."""
    first = remote.register_task(shift)

    monkeypatch.setitem(globals(), "OFFSET", 11)
    second = remote.register_task(shift)

    assert first != second


NOTEBOOK = """
import sys
{lines}
from flytekit import task
from reconciler.remote import Config, Remote

LETTERS = {{"a", "b", "c", "d", "e", "f"}}

{comment}
@task
def letters(x: int) -> int:
    return x + len(LETTERS)

with Remote(Config.for_endpoint(sys.argv[1], insecure=True), interactive_mode_enabled=True) as r:
    print(r.register_task(letters, image_config="acme/app:1", dry_run=True).actions[0].id.path)
"""


def test_another_process_comes_to_the_same_version(store: Sandbox, tmp_path: Path) -> None:
    """Line numbers, comments, file names and the order of sets do not count."""

    def planned(name: str, seed: str, **words: str) -> str:
        file = tmp_path / name / "book.py"
        file.parent.mkdir()
        file.write_text(textwrap.dedent(NOTEBOOK).format(**words))
        done = subprocess.run(
            [sys.executable, str(file), store.endpoint],
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    one = planned("one", "1", lines="", comment="")
    two = planned("two", "2", lines="\n\n", comment="# Counts letters.")

    assert one == two != ""


def test_a_dry_run_sends_nothing(remote: Remote) -> None:
    """The pickle is made, to know the version, and stays here."""
    with calls_of(remote) as calls:
        plan: Any = remote.register_task(scaled_by(77), dry_run=True)

    assert plan.counts() == {Verb.UPLOAD: 1, Verb.CREATE: 1}
    assert writes(calls) == []


def test_tasks_stay_as_they_were(remote: Remote) -> None:
    """Their resolver is that of the file again, so that they can be registered from it."""
    before = shift.task_resolver

    remote.register_task(shift)

    assert shift.task_resolver is before


def test_dynamic_and_eager_tasks_are_refused(remote: Remote) -> None:
    """All of them, with the reason and the way out."""

    @dynamic
    def spread(n: int) -> int:
        return shift(x=n)

    @eager
    async def hurried(n: int) -> int:
        return n

    with pytest.raises(BundleError, match=r"(?s)spread: is dynamic.*hurried: is eager") as raised:
        remote.register([spread, hurried])
    assert len(raised.value.problems) == 2
    assert "register_script" in str(raised.value)


def test_an_image_of_another_python_is_refused(remote: Remote) -> None:
    """It could not read the pickle; better said now than by a container."""
    with pytest.raises(BundleError, match=r"whose Python is 3\.9"):
        remote.register_task(shift, image_config="cr.flyte.org/flyteorg/flytekit:py3.9-1.10.0")


def test_what_is_too_large_is_refused(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its size, and what to do."""
    monkeypatch.setattr(pickled, "MOST_BYTES", 100)

    with pytest.raises(BundleError, match="more than the 100 that the runtime takes"):
        remote.register_task(shift)


def test_what_cannot_be_pickled_is_told(remote: Remote) -> None:
    """By the name of the task, in the words of whoever refused it."""
    lock = __import__("threading").Lock()

    def locked(x: int) -> int:
        with lock:
            return x

    with pytest.raises(BundleError, match=r"locked: cannot be pickled: .*lock"):
        remote.register_task(task(locked))


def test_what_has_no_meaning_goes_by_its_bytes(remote: Remote) -> None:
    """A value that nobody can name makes a version of its own, and the task runs all the same."""

    class Odd:
        def __reduce_ex__(self, protocol: Any) -> Any:
            if sys._getframe(1).f_globals["__name__"].startswith("reconciler."):
                raise TypeError("not for you")
            return (Odd, ())

    odd = Odd()

    def captures(x: int) -> int:
        return x if odd else 0

    assert remote.register_task(task(captures)).version


def test_functions_are_named_by_what_they_do() -> None:
    """Defaults, what is wrapped, classes and circles: each counts, once."""
    from reconciler.remote.register.fingerprint import Fingerprint

    def digest(function: Any) -> str:
        fingerprint = Fingerprint()
        fingerprint.add("name", type("Task", (), {"task_function": staticmethod(function)})())
        assert fingerprint.reasons == []
        return fingerprint.digest(b"")

    def with_default(default: Any) -> Any:
        def function(x: Any = default) -> Any:
            return x

        return function

    def with_class(base: int) -> Any:
        class Kept:
            def method(self) -> int:
                return base

        def function() -> int:
            return Kept().method()

        return function

    def with_circle(depth: int) -> Any:
        def function(x: int) -> int:
            return function(x - depth) if x else 0

        return function

    for make in (with_default, with_class, with_circle):
        assert digest(make(1)) == digest(make(1)) != digest(make(2))
    assert digest(with_default({1, 2})) == digest(with_default({2, 1}))
    assert digest(with_default((1,))) != digest(with_default([1]))
    assert digest(with_default(1)) != digest(with_default(True))
    wrapped = functools.wraps(with_default(1))(with_default(3))
    assert digest(wrapped) != digest(with_default(3))
