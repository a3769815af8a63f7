"""Unmodified clients and our Admin: the same calls, the same answers as with a flyteadmin.

Every recorded call is played on every run. The clients themselves are started for a few cases,
and for all of flytekit's with the mark `long`.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Sandbox, load_config
from tests.conformance import replay, targets
from tests.conformance.traces.clients import Clients, Recorder, forked_clients
from tests.conformance.traces.trace import (
    SOURCES,
    Case,
    Placeholders,
    call_differences,
    in_order,
    load,
)

CASES = load()
FLYTEKIT = [
    case for case in CASES if all(command.client != "flytectl" for command in case.commands)
]
SHORT = {
    "pyflyte register, copy all",
    "pyflyte run --remote, a workflow",
    "pyflyte execution relaunch and recover",
    "pyflyte fetch",
    "FlyteFS",
    "sync with nodes",
    "client: node and task executions",
    "client: what each refusal becomes",
}


def _set_up(case: Case, target: replay.Target) -> None:
    for step in case.setup:
        answer = replay.perform(step, target, {})
        assert answer.get("code", "OK") == "OK", f"setup {step}: {answer}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_recorded_calls_get_the_recorded_answers(case: Case) -> None:
    """Whatever a client asked is answered as it was then."""
    placeholders = Placeholders()
    found = []
    with targets.InProcess("default", ports=True) as target:
        _set_up(case, target)
        for command in case.commands:
            for recorded in command.calls:
                request = placeholders.fill(recorded["request"])
                step = {"call": recorded["call"], "request": request}
                actual = {**step, **replay.perform(step, target, {})}
                told = call_differences(recorded, actual, placeholders)
                found += [f"{recorded['call']} {text}" for text in told]

    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def base_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a user's shell would have, and nothing of ours."""
    home = tmp_path_factory.mktemp("home")
    binaries = Path(sys.executable).parent
    return {
        "HOME": str(home),
        "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "COLUMNS": "200",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "FLYTE_PLATFORM_INSECURE": "true",
        "FLYTE_INTERNAL_IMAGE": "ghcr.io/acme/app:1",
        "FLYTE_AWS_ACCESS_KEY_ID": "minio",
        "FLYTE_AWS_SECRET_ACCESS_KEY": "miniostorage",
    }


@pytest.fixture(scope="module")
def clients(base_env: dict[str, str]) -> Iterator[Clients]:
    """Clients that start at once."""
    with forked_clients(base_env) as found:
        yield found


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=() if case.name in SHORT else pytest.mark.long)
        for case in FLYTEKIT
    ],
)
def test_clients_make_the_recorded_calls(
    case: Case, clients: Clients, base_env: dict[str, str], tmp_path: Path
) -> None:
    """Same commands, same calls in the same order, same answers, same exit status."""
    work = tmp_path / "work"
    shutil.copytree(SOURCES, work)
    placeholders, recorder = Placeholders(), Recorder()
    found: list[str] = []
    config = load_config(replay.RECORDINGS / "profiles" / "default.yaml")
    with Sandbox(config=config) as sandbox:
        http = sandbox.http_endpoint
        _set_up(case, targets.Wire(sandbox.endpoint, http))
        sandbox.admin.faults = recorder
        env = {
            **base_env,
            "FLYTE_PLATFORM_URL": sandbox.endpoint,
            "FLYTE_AWS_ENDPOINT": f"http://{http}",
            "TMPDIR": str(tmp_path),
        }
        for number, command in enumerate(case.commands, 1):
            recorder.calls.clear()
            cwd = work / command.step.get("cwd", ".")
            for name, text in command.step.get("files", {}).items():
                (cwd / name).write_text(text, "utf-8")
            own = {**env, **command.step.get("env", {})}
            given = {key: value for key, value in own.items() if value is not None}
            code, output = clients.run(command.step, cwd=cwd, env=given)
            if code != command.exit:
                found.append(f"command {number} exits {code}: {output[-600:]}")
            told = _compare(list(command.calls), list(recorder.calls), placeholders)
            found += [f"command {number} {text}" for text in told]

    assert not found, "\n".join(found)


def _compare(recorded: list[Any], actual: list[Any], placeholders: Placeholders) -> list[str]:
    recorded, actual = in_order(recorded), in_order(actual)
    wanted, made = (
        [f"{call['call']} {call['code']}" for call in side] for side in (recorded, actual)
    )
    if wanted != made:
        return [f"calls {made}, recorded are {wanted}"]
    return [
        f"{one['call']} {text}"
        for one, other in zip(recorded, actual, strict=True)
        for text in call_differences(one, other, placeholders)
    ]
