"""Every plan and apply is told to a collector, if there is one, and nothing secret with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from grpc import StatusCode

from reconciler.testing import embedded_admin
from tests.e2e.between import between
from tests.e2e.conftest import ETL, Cli, cli, here  # fixtures
from tests.notify.collector import Collector, collector, values

__all__ = ["cli", "here"]

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["etl.yaml"]
  variables: {token: {type: string, sensitive: true}}
  ledger: {project: flytesnacks, domain: production}
  environments: {production: {}}
"""
SECRET = "hunter2-and-more"


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that the standard variables name."""
    for name in list(os.environ):
        if name.startswith("OTEL_") or name in ("TRACEPARENT", "TRACESTATE"):
            monkeypatch.delenv(name)
    with collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        yield found


@pytest.fixture
def shop(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace whose manifests hold a secret, and an Admin."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    secretive = ETL.replace("args: [extract,", 'env: {TOKEN: "${var.token}"}, args: [extract,')
    (here / "etl.yaml").write_text(secretive)
    monkeypatch.setenv("RECONCILER_VAR_token", SECRET)
    with embedded_admin() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", f"http://{admin.endpoint}")
        yield here


def test_an_apply_is_told_stage_by_stage(cli: Cli, shop: Path, sink: Collector) -> None:
    """A span for the run, its section, each stage and each step; with counts."""
    done = cli("apply", "-e", "production", "--auto-approve")

    assert done.code == 0, done.err
    root = sink.span("reconciler apply")
    section = sink.span("section")
    assert not root.parent_span_id
    assert values(root.attributes)["reconciler.exit_code"] == 0
    assert sink.children(root) == ["section"]
    assert values(section.attributes) == {
        "reconciler.workspace": "shop",
        "reconciler.environment": "production",
    }
    assert sink.children(section) == ["read manifests", "read ledger", "plan", "apply"]
    assert values(sink.span("plan").attributes)["reconciler.plan.actions.create"] == 3
    assert values(sink.span("apply").attributes)["reconciler.apply.done"] == 4
    steps = sink.children(sink.span("apply"))
    assert sorted(steps) == [
        "activate activation",
        "create launch_plan",
        "create task",
        "create workflow",
    ]
    step = values(sink.span("create task").attributes)
    assert step["reconciler.name"] == "etl.extract"
    assert (step["reconciler.status"], step["reconciler.applied"]) == ("done", True)
    assert sink.resources[0]["service.name"] == "reconciler"


def test_metrics_are_told_as_well(cli: Cli, shop: Path, sink: Collector) -> None:
    """How much would be done, was done, and drifted; how long it took, and how it ended."""
    cli("apply", "-e", "production", "--auto-approve")
    cli("drift", "-e", "production")

    place = {"workspace": "shop", "environment": "production"}
    found = sink.metrics
    assert ({**place, "verb": "create"}, 3) in found["reconciler.plan.actions"]
    assert ({**place, "verb": "create", "status": "done"}, 3) in found["reconciler.apply.actions"]
    assert ({**place, "kind": "activated"}, 0) in found["reconciler.drift"]
    assert ({"command": "apply", "exit_code": 0}, 1) in found["reconciler.runs"]
    assert {"reconciler.run.duration", "reconciler.action.duration"} <= set(found)


def test_no_secret_is_told(cli: Cli, shop: Path, sink: Collector) -> None:
    """Neither of a manifest nor of an error that repeats it, nor even as a name."""
    (shop / "etl.yaml").write_text(
        (shop / "etl.yaml").read_text().replace("name: etl.daily}", 'name: "x${var.token}"}', 1)
    )
    cli("apply", "-e", "production", "--auto-approve")
    cli("plan", "-e", "production")
    cli("drift", "-e", "production")

    assert len(sink.spans) > 6
    assert SECRET.encode() not in b"".join(sink.raw)


def test_a_failure_is_told_by_its_kind_only(cli: Cli, shop: Path, sink: Collector) -> None:
    """Errors repeat what somebody wrote; their class does not."""
    (shop / "etl.yaml").write_text("kind: Nonsense")

    assert cli("plan", "-e", "production").code == 1

    read = sink.span("read manifests")
    assert read.status.code == 2
    assert values(read.attributes)["error.type"] == "ManifestError"
    assert values(sink.span("reconciler plan").attributes)["reconciler.exit_code"] == 1


def test_a_run_belongs_to_the_pipeline_that_started_it(
    cli: Cli, shop: Path, sink: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRACEPARENT is how pipelines hand their span on."""
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    monkeypatch.setenv("TRACEPARENT", f"00-{trace}-{span}-01")

    cli("plan", "-e", "production")

    root = sink.span("reconciler plan")
    assert (root.trace_id.hex(), root.parent_span_id.hex()) == (trace, span)


def test_what_a_collector_asks_for_is_sent(
    cli: Cli, shop: Path, sink: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers and names come from the standard variables; a signal can be left out."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-scope=ours")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "gitops")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")

    cli("plan", "-e", "production")

    assert [one["x-scope"] for one in sink.headers] == ["ours"]
    assert sink.resources[0]["service.name"] == "gitops"
    assert sink.metrics == {}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "only http/protobuf is spoken"),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://u:hush@127.0.0.1:1",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "0.2",
            },
            "the collector did not take metrics and traces",
        ),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "nonsense"},
            "the collector did not take metrics and traces",
        ),
    ],
)
def test_a_collector_that_cannot_be_told_ends_nothing(
    variables: dict[str, str],
    said: str,
    cli: Cli,
    shop: Path,
    sink: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exit code stands, and one line says that nobody was told."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    done = cli("plan", "-e", "production")

    assert done.code == 0, done.err
    assert [line for line in done.err.splitlines() if "telemetry" in line] == [
        f"Warning: no telemetry: {said}"
        if "only" not in said
        else f"Warning: no telemetry: OTEL_EXPORTER_OTLP_PROTOCOL is grpc; {said}"
    ]
    assert "hush" not in done.err


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1",
            "OTEL_TRACES_EXPORTER": "none",
            "OTEL_METRICS_EXPORTER": "none",
        },
    ],
)
def test_nothing_is_loaded_where_nobody_listens(variables: dict[str, str], shop: Path) -> None:
    """Neither the libraries nor the room."""
    code = (
        "import sys; from reconciler.cli import run; run(['plan', '-e', 'production']); "
        "print([name for name in sys.modules if name.startswith(('opentelemetry', "
        "'reconciler.notify', 'reconciler.ci', 'reconciler.forge'))])"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=clean | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stdout + done.stderr


def test_a_preview_is_told_as_well(cli: Cli, shop: Path, sink: Collector) -> None:
    """With the environment that it is about."""
    done = cli("ci", "preview", "-e", "production", "--no-post")

    assert done.code == 0, done.err
    root = sink.span("reconciler ci preview")
    assert sink.children(root) == ["section"]
    assert sink.children(sink.span("section")) == ["read manifests", "read ledger", "plan"]
    verb = {"workspace": "shop", "environment": "production", "verb": "create"}
    assert (verb, 3) in sink.metrics["reconciler.plan.actions"]


def test_a_step_that_fails_is_told(
    cli: Cli, shop: Path, sink: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its class; what could not begin for its sake is counted."""
    with between() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        admin.refuse("CreateWorkflow", code=StatusCode.INVALID_ARGUMENT)

        assert cli("apply", "-e", "production", "--auto-approve").code == 5

    step = sink.span("create workflow")
    assert step.status.code == 2
    assert values(step.attributes)["reconciler.status"] == "failed"
    assert values(step.attributes)["error.type"] == "InvalidArgumentError"
    assert b"not today" not in b"".join(sink.raw)
    counts = values(sink.span("apply").attributes)
    assert (counts["reconciler.apply.failed"], counts["reconciler.apply.blocked"]) == (1, 2)


def test_without_the_library_a_line_says_what_is_missing(shop: Path) -> None:
    """And the command does what it does."""
    code = (
        "import sys; sys.modules['opentelemetry.exporter.otlp.proto.http.metric_exporter'] = None;"
        "from reconciler.cli import run; sys.exit(run(['plan', '-e', 'production']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning: no telemetry: it needs `pip install 'flyte-reconciler[otel]'`" in done.stderr
