"""What an Admin remembers for a workspace, from the command line."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.admin import SystemClock, connect
from reconciler.apply import Terms, take_lock
from reconciler.config import Config
from reconciler.model import Author, End, Kind, Owned, ResourceId
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli, started

HOME = {"project": "flytesnacks", "domain": "production"}
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
"""


@pytest.fixture(autouse=True)
def workspace(here: Path, etl: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a ledger, applied by alice."""
    monkeypatch.setenv("RECONCILER_ACTOR", "alice")
    file = here / "reconciler.yaml"
    file.write_text(WORKSPACE)
    return file


def somebody_elses_lock(admin: Between, actor: str = "bob") -> None:
    config = Config(endpoint=admin.endpoint, source="the test", insecure=True)
    with connect(config) as connection:
        ledger = connection.ledger(**HOME, workspace="shop")
        take_lock(ledger, Terms(author=Author(actor, run="on ci-7")), SystemClock())


def change(etl: Path, image: str) -> None:
    etl.write_text(etl.read_text().replace("etl:1.4", image))


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=alice", "-c", "user.email=alice@example.com"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_an_apply_is_remembered(cli: Cli, admin: Between) -> None:
    """Who did what, in the order of the log; and everything applied is owned."""
    assert cli("apply", "--auto-approve").code == 0

    newest, first = cli("history").out.splitlines()[1:]
    entries = json.loads(cli("history", "--json").out)["entries"]

    assert "#2 apply by alice: 1 activated, 3 registered" in newest
    assert "#1 apply begun by alice: 4 claimed" in first
    assert [entry["serial"] for entry in entries] == [2, 1]
    assert len(entries[0]["gained"]) == 4
    assert "owned: 4" in cli("ledger", "stats").out
    assert cli("ledger", "verify").out == "Verified 2 entries; 4 objects owned.\n"


def test_an_apply_with_nothing_to_do_appends_nothing(cli: Cli, admin: Between) -> None:
    """Not a single write."""
    cli("apply", "--auto-approve")
    before = admin.writes

    assert cli("apply", "--auto-approve").code == 0

    assert admin.writes == before


def test_planning_writes_nothing(cli: Cli, admin: Between) -> None:
    """Nor does looking into the ledger."""
    for command in (["plan"], ["history"], ["ledger", "verify"], ["ledger", "export"]):
        assert cli(*command).code == 0, command

    assert admin.writes == 0


def test_a_locked_workspace_is_left_alone(cli: Cli, admin: Between) -> None:
    """Exit 6: who, where and since when; nothing was registered."""
    somebody_elses_lock(admin)
    before = admin.writes

    result = cli("apply", "--auto-approve", "--json")

    assert result.code == 6
    assert "bob (#1 since 20" in result.err
    assert "on ci-7" in result.err
    assert result.last["diagnostics"][0]["code"] == "locked"
    assert admin.writes == before


def test_waiting_ends(cli: Cli, admin: Between) -> None:
    """For whom we wait is said at once, and the timeout is kept."""
    somebody_elses_lock(admin)

    result = cli("apply", "--auto-approve", "--lock-timeout", "300ms")

    assert result.code == 6
    assert "Waiting: bob (#1" in result.err


def test_a_lock_can_be_broken(cli: Cli, admin: Between) -> None:
    """By the entry that the message names, and by no other."""
    somebody_elses_lock(admin)

    wrong = cli("force-unlock", "7")
    right = cli("force-unlock", "1", "--reason", "the runner was reclaimed")

    assert wrong.code == 1
    assert "it is held by entry 1" in wrong.err
    assert right.out == "The lock is free. It was taken by: #1 apply begun by bob: 0 claimed\n"
    assert cli("apply", "--auto-approve").code == 0
    assert "#2 lock of #1 broken by alice: the runner was reclaimed" in cli("history").out


def test_an_apply_that_was_killed_is_taken_over(
    cli: Cli, admin: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same machine knows that its process is gone: nobody has to wait for a lease."""
    with started("apply", "--auto-approve") as process:
        while not cli("history", "--json").out.count('"begin"'):
            assert process.poll() is None, process.communicate()
        process.kill()
        process.wait()

    result = cli("apply", "--auto-approve")

    assert result.code == 0, result.err
    assert "owned: 4" in cli("ledger", "stats").out
    assert "lock: free" in cli("ledger", "stats").out
    assert cli("plan", "--detailed-exitcode").code == 0


def test_going_back_has_to_be_meant(cli: Cli, admin: Between, here: Path, etl: Path) -> None:
    """An older commit, or one that diverged, is refused unless asked for."""
    git(here, "init", "-q")
    git(here, "add", ".")
    git(here, "commit", "-q", "-m", "one")
    old = git(here, "rev-parse", "HEAD")
    change(etl, "etl:1.5")
    git(here, "commit", "-q", "-a", "-m", "two")
    assert cli("apply", "--auto-approve").code == 0
    git(here, "checkout", "-q", old)

    refused = cli("apply", "--auto-approve")
    meant = cli("apply", "--auto-approve", "--allow-older")

    assert refused.code == 4
    assert "was applied last, and" in refused.err
    assert meant.code == 0
    assert old[:12] in cli("history").out


class Applying:
    """An apply that goes on while another one waits for it."""

    def __init__(self, endpoint: str) -> None:
        config = Config(endpoint=endpoint, source="the test", insecure=True)
        self.connection = connect(config)
        ledger = self.lock_ledger = self.connection.ledger(**HOME, workspace="shop")
        self.lock = take_lock(ledger, Terms(author=Author("bob", "b" * 40)), SystemClock())

    def end(self, *gained: Owned) -> None:
        self.lock.end(End(self.lock.serial, "apply", "bob", gained=gained))
        self.connection.close()


@contextmanager
def once_it_waits(cli: Cli, admin: Between, then: Callable[[], None]) -> Iterator[None]:
    """Do something as soon as the apply of the block waits for a lock that somebody holds."""
    before = admin.calls["ListTasks"]
    assert cli("apply", "--auto-approve", "--allow-older").code == 6
    # One that does not wait looks so often; then it looks whether anything has moved.
    looks = admin.calls["ListTasks"] - before
    over = threading.Event()

    def watch() -> None:
        while admin.calls["ListTasks"] <= before + 2 * looks and not over.wait(0.01):
            pass
        then()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_an_apply_takes_its_turn(cli: Cli, admin: Between) -> None:
    """It plans anew once it holds the lock, for the world has moved."""
    other = Applying(admin.endpoint)

    with once_it_waits(cli, admin, other.end):
        result = cli("apply", "--auto-approve", "--lock-timeout", "30", "--allow-older")

    assert result.code == 0, result.err
    assert "Waiting: bob (#1" in result.err
    assert "#4 apply by alice: 1 activated, 3 registered" in cli("history").out


def test_a_new_project_may_be_the_ledgers_home(cli: Cli, admin: Between, here: Path) -> None:
    """It is registered before the lock is taken, for there is nowhere else to keep it."""
    (here / "reconciler.yaml").write_text(WORKSPACE.replace("flytesnacks", "platform"))
    (here / "etl.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: platform}\n"
        "spec: {title: Platform}\n"
    )

    result = cli("apply", "--auto-approve")

    assert result.code == 0, result.err
    assert "owned: 1" in cli("ledger", "stats").out


def test_without_a_ledger_each_plan_says_so(cli: Cli, admin: Between, workspace: Path) -> None:
    """In one line; and commands about it say how to get one."""
    workspace.write_text(WORKSPACE.replace("  ledger", "  # ledger"))

    assert "No ledger: nothing is locked" in cli("plan").err
    assert cli("apply", "--auto-approve").code == 0
    history = cli("history")

    assert history.code == 1
    assert "there is no ledger" in history.err


def test_an_export_holds_everything(cli: Cli, admin: Between) -> None:
    """Every entry with its digests, and what is owned now; no values."""
    cli("apply", "--auto-approve")

    document = json.loads(cli("ledger", "export").out)

    assert [entry["entry"] for entry in document["entries"]] == ["begin", "end"]
    first, second = document["entries"]
    assert second["previous"] == first["digest"]
    assert len(document["owned"]) == 4
    assert "ghcr.io" not in json.dumps(document)


def test_the_ledgers_own_home_is_archived_last(cli: Cli, admin: Between, here: Path) -> None:
    """After the end, for in an archived project nothing can be appended; and it comes back."""
    project = (
        "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: platform}\n"
        "spec: {title: Platform, state: STATE}\n"
    )
    (here / "reconciler.yaml").write_text(WORKSPACE.replace("flytesnacks", "platform"))
    etl = here / "etl.yaml"
    etl.write_text(project.replace("STATE", "active"))
    assert cli("apply", "--auto-approve").code == 0
    etl.write_text(project.replace("STATE", "archived"))

    archived = cli("apply", "--auto-approve")
    again = cli("plan", "--detailed-exitcode")

    assert archived.code == 0, archived.err
    assert "Warning" not in archived.err
    assert "apply by alice: 1 archived" in cli("history").out
    assert again.code == 0, again.out
    etl.write_text(project.replace("STATE", "active"))
    back = cli("apply", "--auto-approve")
    assert back.code == 0, back.err
    assert cli("plan", "--detailed-exitcode").code == 0


def test_the_same_plan_from_somewhere_else_is_carried_out(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """Whoever was before us moved what we move, too: ours leads to the same, from there."""
    for image in ("etl:1.5", "etl:1.6", "etl:1.4"):
        etl.write_text(ETL.replace("etl:1.4", image))
        assert cli("apply", "--auto-approve").code == 0
    place = ResourceId(Kind.ACTIVATION, "flytesnacks", "development", "etl.daily")
    etl.write_text(ETL.replace("etl:1.4", "etl:1.5"))
    other = Applying(admin.endpoint)
    left = [
        owned.active
        for record in other.lock_ledger.records()
        for owned in getattr(record.body, "gained", ())
        if owned.id == place
    ]

    def move() -> None:
        other.connection.writer.set_active(place.at(left[1]), active=True)
        other.end(Owned(place, active=left[1]))

    with once_it_waits(cli, admin, move):
        result = cli("apply", "--auto-approve", "--lock-timeout", "30", "--allow-older")

    assert result.code == 0, result.out + result.err
    assert left[0] in cli("get", "launchplans", "--active").out
