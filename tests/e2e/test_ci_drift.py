"""What drifted is told on the forge and to people: when it changes, and not at every look."""

import json
import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes

from reconciler.admin import Connection, connect
from reconciler.config import Config
from reconciler.model import Kind, Resource, ResourceId
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.conftest import ETL, Cli
from tests.forge.conftest import FAKES
from tests.forge.fake import TOKEN, FakeForge
from tests.notify.sinks import Web, web

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["etl.yaml"]
  ledger: {project: flytesnacks, domain: production}
  environments: {production: {}}
  notifications:
    - {name: chat, url: {env: CHAT_URL}, on: [drift, apply]}
    - {name: bus, url: {file: bus-url}, form: cloudevents, on: [drift, plan, apply]}
"""
PLACE = ("flytesnacks", "development")
ATTRIBUTES = "  attributes: {executionQueue: {tags: [gpu]}}\n"


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch, here: Path) -> Iterator[Web]:
    """Who is told: a chat service and a bus."""
    with web() as found:
        monkeypatch.setenv("CHAT_URL", found.service("/chat/s3cret-hook"))
        (here / "bus-url").write_text(f"{found.url('/bus/s3cret-path')}\n")
        yield found


@pytest.fixture
def by_hand(
    here: Path, monkeypatch: pytest.MonkeyPatch, people: Web, cli: Cli
) -> Iterator[Connection]:
    """A shop that was applied, and somebody else's way to its Admin."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GITLAB_", "CI_", "BITBUCKET_", "OTEL_")):
            monkeypatch.delenv(name)
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "etl.yaml").write_text(ETL.replace("  nodes:\n", f"{ATTRIBUTES}  nodes:\n", 1))
    with embedded_admin() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", f"http://{admin.endpoint}")
        assert cli("apply", "-e", "production", "--auto-approve").code == 0
        people.posts.clear()
        with _connected(admin) as found:
            yield found


def _connected(admin: EmbeddedAdmin) -> Connection:
    return connect(Config(endpoint=admin.endpoint, source="the test", insecure=True))


def switch_off(by_hand: Connection) -> None:
    id = ResourceId(Kind.ACTIVATION, *PLACE, "etl.daily")
    (version,) = [one.id.version for one in by_hand.reader.active([id])[id]]
    plan = ResourceId(Kind.LAUNCH_PLAN, *PLACE, "etl.daily", version)
    by_hand.writer.set_active(plan, active=False)


def queue(by_hand: Connection, *tags: str) -> None:
    spec = MatchingAttributes()
    spec.execution_queue_attributes.tags.extend(tags)
    id = ResourceId(Kind.ATTRIBUTES, *PLACE, "etl.daily", facet="executionQueue")
    by_hand.writer.update(Resource(id, spec=spec))


Look = Callable[..., int]


@pytest.fixture(params=[*FAKES])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeForge]:
    with FAKES[request.param]().served() as served:
        yield served
    assert not served.complaints


def looking(cli: Cli, fake: FakeForge, monkeypatch: pytest.MonkeyPatch) -> Look:
    monkeypatch.setenv("RECONCILER_FORGE_TOKEN", TOKEN)

    def look(*words: str) -> int:
        at = ["--forge", fake.name, "--repository", fake.repository, "--api-url", fake.api]
        done = cli("ci", "drift", "-e", "production", *at, *words)
        said = done.out + done.err
        assert "s3cret" not in said
        assert TOKEN not in said
        return done.code

    return look


def titles(people: Web) -> list[str]:
    """What the chat was told, and cleared; the bus was told as often."""
    told = [one["title"] for one in people.to("/chat/s3cret-hook")]
    assert len(people.to("/bus/s3cret-path")) == len(told)
    people.posts.clear()
    return told


def test_drift_is_told_once_for_each_change_of_it(
    cli: Cli,
    by_hand: Connection,
    people: Web,
    fake: FakeForge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Opened, left alone, updated, and closed after the issue's own commands took it back."""
    look = looking(cli, fake, monkeypatch)
    assert look() == 0
    assert (fake.issues, titles(people)) == ([], [])

    switch_off(by_hand)
    assert look() == 2
    (issue,) = fake.issues
    assert issue.title == "Drift: shop/production"
    assert "we left" in issue.body
    assert "left so by &#35;2" in issue.body
    assert "+  state: inactive" in issue.body
    assert titles(people) == ["shop/production drifted: 1 deactivated"]

    before, fake.calls[:] = issue.body, []
    assert look() == 2
    assert (issue.body, titles(people)) == (before, [])
    assert {call.method for call in fake.calls} <= {"GET"}

    queue(by_hand, "cpu")
    assert look() == 2
    assert "executionQueue" in issue.body
    assert len(fake.issues) == 1
    assert "1 new" in issue.remarks[-1]
    assert titles(people) == [
        "shop/production drifts otherwise: 1 deactivated, 1 attributes-changed"
    ]

    (commands,) = re.findall(r"```sh\n(reconciler apply.*?)```", issue.body, re.DOTALL)
    for command in commands.splitlines():
        assert cli(*shlex.split(command)[1:], "--auto-approve").code == 0
    people.posts.clear()
    assert look() == 0
    assert not issue.is_open
    assert titles(people) == ["shop/production: nothing drifts any more"]
    assert look() == 0
    assert titles(people) == []


@pytest.fixture
def github() -> Iterator[FakeForge]:
    with FAKES["github"]().served() as served:
        yield served
    assert not served.complaints


def test_who_could_not_be_told_is_told_by_the_next_look(
    cli: Cli,
    by_hand: Connection,
    people: Web,
    github: FakeForge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And nobody else again; the exit code says that somebody is left."""
    look = looking(cli, github, monkeypatch)
    switch_off(by_hand)
    people.statuses.append(500)  # the chat is away

    assert look() == 1
    assert [one.path for one in people.posts] == ["/bus/s3cret-path"]
    people.posts.clear()

    assert look() == 2
    assert [one.path for one in people.posts] == ["/chat/s3cret-hook"]


def test_a_forge_that_refuses_keeps_nobody_from_being_told(
    cli: Cli,
    by_hand: Connection,
    people: Web,
    github: FakeForge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 7: the job may not write issues, and that has to be seen."""
    look = looking(cli, github, monkeypatch)
    github.denied.add("POST")
    switch_off(by_hand)

    assert look() == 7
    assert titles(people) == ["shop/production drifted: 1 deactivated"]


def test_what_is_only_ahead_can_be_left_out(
    cli: Cli,
    by_hand: Connection,
    people: Web,
    here: Path,
    github: FakeForge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is told of a merge that is not applied yet."""
    look = looking(cli, github, monkeypatch)
    (here / "etl.yaml").write_text((here / "etl.yaml").read_text().replace("1.4", "1.5"))

    assert look("--ignore-pending") == 0
    assert (github.issues, titles(people)) == ([], [])
    assert look() == 2
    assert len(github.issues) == 1


def test_without_a_forge_the_last_metrics_remember(
    cli: Cli, by_hand: Connection, people: Web, here: Path
) -> None:
    """In a file for a collector, which is there anyway."""
    look = ("ci", "drift", "-e", "production", "--prometheus-into", "drift.prom")
    switch_off(by_hand)

    assert [cli(*look).code for _ in range(2)] == [2, 2]
    assert titles(people) == ["shop/production drifted: 1 deactivated"]
    text = (here / "drift.prom").read_text()
    assert "reconciler_drift_told_info{" in text
    place = 'workspace="shop",environment="production"'
    assert f"reconciler_drift_success{{{place}}} 1" in text

    (here / "etl.yaml").write_text("kind: Nonsense")
    assert cli(*look).code == 1
    text = (here / "drift.prom").read_text()
    assert f"reconciler_drift_success{{{place}}} 0" in text
    assert "reconciler_drift_told_info{" in text


def test_where_nothing_remembers_it_says_so(cli: Cli, by_hand: Connection, people: Web) -> None:
    """Rather twice than not at all."""
    switch_off(by_hand)

    done = [cli("ci", "drift", "-e", "production") for _ in range(2)]

    assert all("Nothing is known of what was told before" in one.err for one in done)
    assert len(titles(people)) == 2


def test_every_environment_is_looked_at(cli: Cli, by_hand: Connection, people: Web) -> None:
    """A schedule names none; what one cannot be is told of that one."""
    done = cli("ci", "drift", "--json", "--sarif-into", "drift.sarif")

    document = json.loads(done.out)
    assert (done.code, document["type"]) == (0, "drift"), done.err
    (sarif,) = json.loads(Path("drift.sarif").read_text())["runs"]
    assert sarif["automationDetails"]["id"] == "reconciler-drift/shop/production/"


def test_one_environment_that_cannot_be_looked_at_hides_no_other(
    cli: Cli,
    by_hand: Connection,
    people: Web,
    here: Path,
    github: FakeForge,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its failure is told where machines look, and drift of the others everywhere."""
    monkeypatch.setenv("RECONCILER_FORGE_TOKEN", TOKEN)
    more = "environments: {dev: {variables: {size: huge}}, production: {}}"
    variables = "variables: {size: {type: int, default: 1}}"
    workspace = WORKSPACE.replace("environments: {production: {}}", f"{more}\n  {variables}")
    (here / "reconciler.yaml").write_text(workspace)
    switch_off(by_hand)
    at = ["--forge", "github", "--repository", github.repository, "--api-url", github.api]

    done = cli("ci", "drift", *at, "--sarif-into", "all.sarif", "--prometheus-into", "all.prom")

    assert done.code == 1, done.err
    assert [issue.title for issue in github.issues] == ["Drift: shop/production"]
    assert titles(people) == ["shop/production drifted: 1 deactivated"]
    runs = json.loads((here / "all.sarif").read_text())["runs"]
    ended = {
        run["automationDetails"]["id"]: run["invocations"][0]["executionSuccessful"]
        for run in runs
    }
    assert ended == {
        "reconciler-drift/shop/dev/": False,
        "reconciler-drift/shop/production/": True,
    }
    text = (here / "all.prom").read_text()
    assert 'reconciler_drift_success{workspace="shop",environment="dev"} 0' in text
    assert 'kind="deactivated"} 1' in text


def test_metrics_that_cannot_be_pushed_hide_no_other_error(
    cli: Cli, by_hand: Connection, people: Web, here: Path
) -> None:
    """Both are said."""
    (here / "etl.yaml").write_text("kind: Nonsense")

    done = cli("ci", "drift", "-e", "production", "--push", "http://u:hush@127.0.0.1:1")

    assert done.code == 1
    assert "Nonsense" in done.err
    assert "the metrics could not be pushed" in done.err
    assert "hush" not in done.err


def test_what_drifted_stands_on_the_manifests_line(
    cli: Cli, by_hand: Connection, people: Web, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In SARIF, in the job's summary, and as a patch."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary.md"))
    queue(by_hand, "cpu")
    wanted = ("--sarif-into", "drift.sarif", "--patch-into", "adopt.patch", "--no-notify")

    assert cli("ci", "drift", "-e", "production", *wanted).code == 2

    (run,) = json.loads((here / "drift.sarif").read_text())["runs"]
    (found,) = run["results"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "etl.yaml"
    line = (here / "etl.yaml").read_text().splitlines()[place["region"]["startLine"] - 1]
    assert "executionQueue" in line or "metadata" in line or "attributes" in line, line
    assert "## Drift: shop/production" in (here / "summary.md").read_text()
    assert "cpu" in (here / "adopt.patch").read_text()
    assert people.posts == []


def test_a_target_without_a_place_fails_the_job(
    cli: Cli, by_hand: Connection, people: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret that was not handed to the job is found out on the first day."""
    monkeypatch.delenv("CHAT_URL")

    done = cli("ci", "drift", "-e", "production")

    assert done.code == 1
    assert "chat could not be told: CHAT_URL is empty, or not there" in done.err


def test_plans_and_applies_are_told_to_who_asks_for_them(
    cli: Cli, by_hand: Connection, people: Web, here: Path
) -> None:
    """Who cannot be told is warned of, and the exit code is the command's own."""
    (here / "etl.yaml").write_text((here / "etl.yaml").read_text().replace("1.4", "1.5"))
    assert cli("plan", "-e", "production").code == 0
    (plan,) = people.to("/bus/s3cret-path")
    assert plan["type"] == "reconciler.plan.made.v1"
    assert plan["data"]["document"]["type"] == "plan"
    assert people.to("/chat/s3cret-hook") == []

    people.posts.clear()
    people.statuses.append(500)
    done = cli("apply", "-e", "production", "--auto-approve")

    assert done.code == 0
    assert "Warning: chat could not be told: its service did not take the message" in done.err
    (event,) = people.to("/bus/s3cret-path")
    assert event["type"] == "reconciler.apply.done.v1"
    assert "applied, " in event["data"]["summary"]
    assert "s3cret" not in done.out + done.err
