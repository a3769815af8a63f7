"""What somebody did by hand is told from what is not applied yet, each by its kind."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import NAMED_ENTITY_ARCHIVED, NamedEntityMetadata
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes

from reconciler.admin import Connection, connect
from reconciler.apply import Lock
from reconciler.config import Config
from reconciler.errors import AdminError, LedgerError
from reconciler.model import Kind, Resource, ResourceId
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.yaml"]
  ignore: [reconciler.yaml]
  ledger: {project: flytesnacks, domain: production}
"""
PLACE = ("flytesnacks", "development")
NAMES = [f"etl{n:03}" for n in range(70)]
# What is done by hand, and to which of the names: five of each.
KINDS = (
    *("activated", "deactivated", "several-active", "attributes-changed"),
    *("archived", "described", "pending"),
)
PLANTED = {kind: NAMES[5 * n : 5 * n + 5] for n, kind in enumerate(KINDS)}


def one(name: str, *, day: str = "monday", tags: str = "gpu") -> str:
    """A described task, a workflow with attributes and an active launch plan, all of one name."""
    text = ETL.replace("etl.extract", f"{name}.task").replace("etl.daily", name)
    text = text.replace(f"{name}.task}}\n", f"{name}.task, description: Of {name}.}}\n", 1)
    attributes = f"  attributes: {{executionQueue: {{tags: [{tags}]}}}}\n"
    return text.replace("  nodes:\n", f"{attributes}  nodes:\n", 1).replace("monday", day)


def write(here: Path, *, day: str = "monday") -> None:
    (here / "reconciler.yaml").write_text(WORKSPACE)
    for name in NAMES:
        (here / f"{name}.yaml").write_text(one(name, day=day))


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAdmin]:
    """An Admin whose activations are torn while its days are bad."""
    with embedded_admin(chaos="seed=3,torn_activation=100%") as found:
        monkeypatch.setenv("RECONCILER_ADMIN", f"http://{found.endpoint}")
        yield found


@pytest.fixture
def by_hand(admin: EmbeddedAdmin) -> Iterator[Connection]:
    """Somebody else's way to the same Admin."""
    with connect(Config(endpoint=admin.endpoint, source="the test", insecure=True)) as found:
        yield found


def launch_plan(name: str, version: str) -> ResourceId:
    return ResourceId(Kind.LAUNCH_PLAN, *PLACE, name, version)


def active(by_hand: Connection, name: str) -> list[str]:
    id = ResourceId(Kind.ACTIVATION, *PLACE, name)
    return sorted(one.id.version for one in by_hand.reader.active([id])[id])


def tear(by_hand: Connection, name: str, versions: list[str]) -> None:
    """Flip between two versions until both are active."""
    for n in range(50):
        if len(active(by_hand, name)) > 1:
            return
        with suppress(AdminError):
            by_hand.writer.set_active(launch_plan(name, versions[n % 2]), active=True)
    raise AssertionError("no activation was torn")


def describe(by_hand: Connection, name: str, metadata: NamedEntityMetadata) -> None:
    id = ResourceId(Kind.NAMED_ENTITY, *PLACE, f"{name}.task", facet="task")
    by_hand.writer.update(Resource(id, spec=metadata))


def queue(by_hand: Connection, name: str, *tags: str) -> None:
    spec = MatchingAttributes()
    spec.execution_queue_attributes.tags.extend(tags)
    id = ResourceId(Kind.ATTRIBUTES, *PLACE, name, facet="executionQueue")
    by_hand.writer.update(Resource(id, spec=spec))


@pytest.fixture
def estate(cli: Cli, admin: EmbeddedAdmin, by_hand: Connection, here: Path) -> Path:
    """Some 300 things, rolled once, of which 40 are then moved, seven kinds by hand."""
    write(here)
    with admin.faults.calm():
        assert cli("apply", "--auto-approve").code == 0
        before = {name: active(by_hand, name)[0] for name in NAMES}
        write(here, day="tuesday")
        assert cli("apply", "--auto-approve").code == 0
        after = {name: active(by_hand, name)[0] for name in NAMES}
        for name in PLANTED["activated"]:
            by_hand.writer.set_active(launch_plan(name, before[name]), active=True)
        for name in PLANTED["deactivated"]:
            by_hand.writer.set_active(launch_plan(name, after[name]), active=False)
        for name in PLANTED["attributes-changed"]:
            queue(by_hand, name, "cpu")
        for name in PLANTED["archived"]:
            said = NamedEntityMetadata(description=f"Of {name}.", state=NAMED_ENTITY_ARCHIVED)
            describe(by_hand, name, said)
        for name in PLANTED["described"]:
            describe(by_hand, name, NamedEntityMetadata(description="Otherwise."))
        for name in PLANTED["pending"]:
            (here / f"{name}.yaml").write_text(one(name, day="tuesday", tags="tpu"))
        found = by_hand.client.get_launch_plan(launch_plan(NAMES[-1], after[NAMES[-1]]))
        strays(by_hand, found)
    for name in PLANTED["several-active"]:
        tear(by_hand, name, [before[name], after[name]])
    return here


def strays(by_hand: Connection, model: Any) -> None:
    """Five active launch plans that nobody declares."""
    for n in range(5):
        id = launch_plan(f"stray{n}", "v1")
        by_hand.writer.create(Resource(id, spec=model, request=model.spec))
        by_hand.writer.set_active(id, active=True)


def told(document: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for drift in json.loads(document)["drifts"]:
        found.setdefault(drift["drift"], []).append(drift["name"].removesuffix(".task"))
    return {kind: sorted(names) for kind, names in found.items()}


def test_every_planted_anomaly_is_told_by_its_kind(
    cli: Cli, admin: EmbeddedAdmin, estate: Path
) -> None:
    """Forty of eight kinds among some 300 things, and nothing else."""
    with admin.faults.calm():
        result = cli("drift", "--json")

    assert result.code == 2, result.err
    document = json.loads(result.out)
    assert told(result.out) == PLANTED | {"orphaned": [f"stray{n}" for n in range(5)]}
    assert document["compared"] > 300
    moved = next(drift for drift in document["drifts"] if drift["drift"] == "activated")
    assert moved["entry"]["serial"] == 4  # the end of the second apply
    assert moved["since"] is not None


def test_the_ledger_alone_knows_what_was_moved(
    cli: Cli, admin: EmbeddedAdmin, estate: Path
) -> None:
    """No manifest is read, so none can be ahead."""
    for file in estate.glob("etl*.yaml"):
        file.unlink()
    with admin.faults.calm():
        result = cli("drift", "--ledger-only", "--json")

    expected = {kind: names for kind, names in PLANTED.items() if kind != "pending"}
    assert told(result.out) == expected | {"orphaned": [f"stray{n}" for n in range(5)]}


def test_the_patch_declares_what_was_done_by_hand(
    cli: Cli, admin: EmbeddedAdmin, estate: Path
) -> None:
    """Applied by git, it leaves only what no manifest can say, and what was ahead before."""
    subprocess.run(["git", "init", "-q"], check=True)
    with admin.faults.calm():
        found = cli("drift", "--patch-into", "adopt.patch")
        subprocess.run(["git", "apply", "adopt.patch"], check=True)
        rest, plan = cli("drift", "--json"), cli("plan", "--json")

    assert found.err.count("no manifest can say that several versions are active") == 5
    assert told(rest.out) == {kind: PLANTED[kind] for kind in ("several-active", "pending")}
    ahead = {*PLANTED["several-active"], *PLANTED["pending"]}
    steps = json.loads(plan.out)["actions"]
    assert {one["name"] for one in steps if one["verb"] != "adopt"} <= ahead | {
        f"{name}.task" for name in ahead
    }
    file = (estate / f"{PLANTED['described'][0]}.yaml").read_text()
    assert "description: Otherwise." in file


def test_nothing_drifted(cli: Cli, admin: EmbeddedAdmin, here: Path) -> None:
    """Exit 0, and it says so; what is pending counts unless told otherwise."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "etl.yaml").write_text(ETL)
    with admin.faults.calm():
        cli("apply", "--auto-approve")
        quiet = cli("drift")
        (here / "etl.yaml").write_text(ETL.replace("1.4", "1.5"))
        ahead, ignored = cli("drift"), cli("drift", "--ignore-pending")

    assert (quiet.code, "No drift." in quiet.out) == (0, True), quiet.err
    assert (ahead.code, ignored.code) == (2, 0)
    assert "Not applied yet: the manifests are ahead" in ahead.out


def test_what_an_apply_without_an_end_did_is_nobodys_hand(
    cli: Cli, admin: EmbeddedAdmin, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rolled everything and died before it could say so: that was us."""

    def unwritten(lock: Lock, end: object) -> None:
        raise LedgerError("the end was not written")

    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "etl.yaml").write_text(ETL)
    with admin.faults.calm():
        assert cli("apply", "--auto-approve").code == 0
        (here / "etl.yaml").write_text(ETL.replace("1.4", "1.5"))
        with monkeypatch.context() as patch:
            patch.setattr(Lock, "end", unwritten)
            assert cli("apply", "--auto-approve").code == 0
        whole, ledger = cli("drift"), cli("drift", "--ledger-only")

    assert (whole.code, ledger.code) == (0, 0), whole.out + ledger.out


def test_metrics_are_there_for_every_kind(
    cli: Cli, admin: EmbeddedAdmin, here: Path, gateway: "Gateway"
) -> None:
    """In a file for a collector, and pushed; zeros too, so that alerts can end."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "etl.yaml").write_text(ETL)
    with admin.faults.calm():
        cli("drift", "--prometheus-into", "drift.prom", "--push", gateway.url)

    text = (here / "drift.prom").read_text()
    assert 'reconciler_drift{workspace="shop",environment="",kind="pending"} 4' in text
    assert 'reconciler_drift{workspace="shop",environment="",kind="activated"} 0' in text
    group = "workspace/shop/environment@base64/="
    assert gateway.received == {f"/metrics/job/reconciler/{group}": text}


class Gateway:
    """A Pushgateway that keeps what it is sent."""

    def __init__(self) -> None:
        from http.server import BaseHTTPRequestHandler, HTTPServer
        from threading import Thread

        received = self.received = dict[str, str]()

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                length = int(self.headers["content-length"])
                received[self.path] = self.rfile.read(length).decode()
                self.send_response(200)
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    yield gateway
    gateway.close()


def test_a_gateway_that_is_not_there_is_told(cli: Cli, admin: EmbeddedAdmin, here: Path) -> None:
    """Exit 1: whoever relies on the metrics must know."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "etl.yaml").write_text(ETL)
    with admin.faults.calm():
        result = cli("drift", "--push", "http://user:hush@127.0.0.1:1")

    assert result.code == 1
    assert "the metrics could not be pushed" in result.err
    assert "hush" not in result.err


@pytest.mark.parametrize(("format", "said"), [("markdown", "## Drift"), ("junit", "<testsuite")])
def test_other_forms(format: str, said: str, cli: Cli, admin: EmbeddedAdmin, here: Path) -> None:
    """For comments and for CI."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "etl.yaml").write_text(ETL)
    with admin.faults.calm():
        result = cli("drift", "--format", format)

    assert said in result.out
    assert "etl.daily" in result.out
