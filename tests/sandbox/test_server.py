"""The embedded Admin on its ports, and its life as a process."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from reconciler.sandbox import Sandbox, StoreError
from tests.sandbox.calls import Client, over_wire


@pytest.fixture(scope="module")
def channel() -> Iterator[grpc.Channel]:
    """A channel to a running Admin."""
    with Sandbox() as sandbox, grpc.insecure_channel(sandbox.endpoint) as channel:
        yield channel


def test_answers_over_grpc(channel: grpc.Channel) -> None:
    """The same as in process."""
    call = Client(over_wire(channel))

    assert call("GetProject", {"id": "flytesnacks"}).name == "flytesnacks"


def test_refusals_carry_code_message_and_details(channel: grpc.Channel) -> None:
    """Details travel in their own trailer."""
    call = Client(over_wire(channel))
    call("RegisterProject", {"project": {"id": "old", "name": "old", "state": "ARCHIVED"}})
    with pytest.raises(grpc.RpcError) as refused:
        call.task(project="old")

    error: Any = refused.value
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error.details() == "project [old] is not active"
    [packed] = [v for k, v in error.trailing_metadata() if k == "grpc-status-details-bin"]
    assert b"InactiveProject" in packed


@pytest.mark.parametrize("service", ["", "flyteadmin"])
def test_is_healthy(channel: grpc.Channel, service: str) -> None:
    """Under both of its names."""
    stub = health_pb2_grpc.HealthStub(channel)

    answer = stub.Check(health_pb2.HealthCheckRequest(service=service))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert service in stub.List(health_pb2.HealthListRequest()).statuses


def test_knows_nothing_of_other_services_health(channel: grpc.Channel) -> None:
    """NOT_FOUND when asked once, SERVICE_UNKNOWN to a watcher."""
    stub = health_pb2_grpc.HealthStub(channel)
    request = health_pb2.HealthCheckRequest(service="nope")
    with pytest.raises(grpc.RpcError) as refused:
        stub.Check(request)
    watch = stub.Watch(request)

    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert refused.value.details() == "unknown service"
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("/nope/x", "unknown service nope"),
        ("/grpc.health.v1.Health/Nope", "unknown method Nope for service grpc.health.v1.Health"),
    ],
)
def test_unknown_methods(channel: grpc.Channel, method: str, text: str) -> None:
    """In the words of Go's gRPC."""
    with pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary(method, None, None)(b"")

    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert refused.value.details() == text


def test_tells_its_services_by_reflection(channel: grpc.Channel) -> None:
    """The three of Admin that exist without authentication, health, and reflection twice."""
    services = set(ProtoReflectionDescriptorDatabase(channel).get_services())

    assert services == {
        "flyteidl.service.AdminService",
        "flyteidl.service.DataProxyService",
        "flyteidl.service.SignalService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    }


def test_a_port_that_is_taken_is_an_error() -> None:
    """And nothing stays open."""
    with Sandbox() as first, pytest.raises(OSError, match=str(first.grpc_port)):
        Sandbox(grpc_port=first.grpc_port).start()


def test_a_store_stays_when_the_sandbox_ends(tmp_path: Path) -> None:
    """Open it again and all is there."""
    path = tmp_path / "store.db"
    with Sandbox(path) as sandbox:
        Client.of(sandbox).task("kept")
    with Sandbox(path) as sandbox:
        kept = Client.of(sandbox)("ListTaskIds", {**_PD, "limit": 9})

    assert [entity.name for entity in kept.entities] == ["kept"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_it_is_told_to_stop(number: signal.Signals, tmp_path: Path) -> None:
    """One ready line names both ports, which accept by then; a signal ends it soon and well."""
    config = tmp_path / "config.yaml"
    config.write_text("logger: {level: 3}")
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler.sandbox", "--data", ":memory:", "--config", config],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        ready = process.stdout.readline()
        addresses = [part for part in ready.replace(",", " ").split() if ":" in part]
        endpoint, http = [a for a in addresses if a.split(":")[-1].isdigit()][:2]
        with grpc.insecure_channel(endpoint) as channel:
            projects = Client(over_wire(channel))("ListProjects").projects
        with urllib.request.urlopen(f"http://{http}/healthcheck", timeout=5) as answer:
            assert answer.status == 200
        os.kill(process.pid, number)
        began = time.monotonic()
        assert process.wait(5) == 0
        assert time.monotonic() - began < 5
        notes = process.stderr.read()

    assert [(p.id, p.description) for p in projects] == [
        ("flytesnacks", "flytesnacks description")
    ]
    assert "logger has no meaning" in notes


def test_what_keeps_it_from_starting_is_one_line(tmp_path: Path) -> None:
    """No traceback, and exit code 1."""
    path = tmp_path / "store.db"
    with Sandbox(path):
        ended = subprocess.run(
            [sys.executable, "-m", "reconciler.sandbox", "--data", path],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        with pytest.raises(StoreError, match="in use"):
            Sandbox(path)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: {path} is in use by another process")
    assert ended.stderr.count("\n") == 1


_PD = {"project": "flytesnacks", "domain": "development"}
