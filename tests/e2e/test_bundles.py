"""Code bundles on the command line: listed, built, planned, uploaded once."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.remote import Remote
from reconciler.sandbox import Sandbox
from tests.e2e.conftest import Cli

MANIFESTS = """\
apiVersion: reconciler/v1
kind: CodeBundle
metadata: {project: flytesnacks, domain: development, name: etl}
spec: {source: ../src, exclude: [secrets/], maxSize: 1MB}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: etl.extract}
spec:
  bundle: etl
  inputs: {}
  outputs: {}
  container: {image: "ghcr.io/acme/etl:1.4", args: [pyflyte-execute]}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: etl.load}
spec:
  bundle: etl
  inputs: {}
  outputs: {}
  container: {image: "ghcr.io/acme/etl:1.4", args: [pyflyte-execute]}
"""


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An Admin with an object store, that every command of the test talks to."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("RECONCILER_ADMIN", sandbox.endpoint)
        yield sandbox


@pytest.fixture
def code(here: Path) -> Path:
    """A folder of code, and beside it one with the manifests of its tasks."""
    (here / "src/etl").mkdir(parents=True)
    (here / "src/secrets").mkdir()
    (here / "src/etl/main.py").write_text("print('hello')\n")
    (here / "src/etl/query.sql").write_text("select 1")
    (here / "src/etl/run.log").write_text("noise")
    (here / "src/.gitignore").write_text("*.log\n")
    (here / "manifests").mkdir()
    (here / "manifests/etl.yaml").write_text(MANIFESTS)
    return here / "src"


def test_ls_names_the_rule_for_each_file(cli: Cli, code: Path) -> None:
    """Taken or left, with sizes, the largest, and how much of the budget is used."""
    done = cli("bundle", "ls", "manifests/etl.yaml")
    assert done.code == 0
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "+ etl/main.py 15 B no rule leaves it out" in lines
    assert "- etl/run.log 5 B .gitignore:1 *.log" in lines
    assert "- secrets/ exclude secrets/" in lines
    assert lines[lines.index("The largest:") + 1] == "15 B etl/main.py"
    assert "3 files, 29 B of at most 1.0 MB; digest" in done.out


def test_ls_of_a_folder_needs_no_manifest(cli: Cli, code: Path) -> None:
    """As a bundle of it would be without patterns of its own."""
    done = cli("bundle", "ls", "src", "--json")
    (bundle,) = json.loads(done.out)["bundles"]
    taken = {entry["path"] for entry in bundle["entries"] if entry["taken"]}
    assert taken == {".gitignore", "etl/main.py", "etl/query.sql"}
    assert (bundle["files"], bundle["bytes"]) == (3, 29)
    assert bundle["digest"]


def test_ls_shows_what_keeps_it_from_being_one(cli: Cli, code: Path) -> None:
    """The budget and the link, and the files all the same; the exit says so."""
    (code / "big.bin").write_bytes(bytes(1_000_000))
    (code / "passwd").symlink_to("/etc/passwd")
    done = cli("bundle", "ls", "manifests/etl.yaml")
    assert done.code == 1
    assert "Error: passwd: is a link to /etc/passwd, out of the folder" in done.out
    assert "more than the 1,000,000 of maxSize; the largest: big.bin 1,000,000" in done.out
    assert "digest" not in done.out.splitlines()[-2]


def test_without_any_bundle_the_way_out_is_told(cli: Cli, here: Path, etl: Path) -> None:
    """A folder can always be looked at."""
    done = cli("bundle", "ls", etl)
    assert done.code == 1
    assert "no CodeBundle is declared; name a folder" in done.err


def test_build_writes_what_apply_would_upload(cli: Cli, code: Path, here: Path) -> None:
    """The same bytes each time."""
    done = cli("bundle", "build", "manifests/etl.yaml", "-o", "one.tar.gz")
    again = cli("bundle", "build", "manifests/etl.yaml", "--name", "etl", "-o", "two.tar.gz")
    assert done.code == again.code == 0
    assert (here / "one.tar.gz").read_bytes() == (here / "two.tar.gz").read_bytes()
    with tarfile.open(here / "one.tar.gz") as archive:
        assert archive.getnames() == [".gitignore", "etl/main.py", "etl/query.sql"]
    assert done.out.splitlines()[1] == again.out.splitlines()[1]


def test_build_asks_which_of_several(cli: Cli, code: Path, here: Path) -> None:
    """It writes one file."""
    text = MANIFESTS.split("---")[0]
    more = text.replace("name: etl", "name: other").replace("secrets/", "'*.sql'")
    (here / "manifests/more.yaml").write_text(more)
    done = cli("bundle", "build", "manifests/etl.yaml", "manifests/more.yaml", "-o", "x")
    assert done.code == 1
    assert "several bundles; choose with --name: " in done.err
    assert not (here / "x").exists()


@pytest.mark.usefixtures("code")
def test_plan_uploads_nothing_and_apply_once(cli: Cli, admin: Sandbox) -> None:
    """Both tasks run from the one upload; the next plan has nothing to do."""
    planned = cli("plan", "manifests")
    assert "# code bundle flytesnacks/development/" in planned.out
    assert "3 files; 29 B" in planned.out
    assert "1 to upload" in planned.out
    applied = cli("apply", "manifests", "--auto-approve")
    assert applied.code == 0
    assert "2 registered" in applied.out
    assert "1 uploaded" in applied.out
    assert "No changes." in cli("plan", "manifests").out


def test_changed_code_is_new_versions_of_its_tasks(cli: Cli, code: Path, admin: Sandbox) -> None:
    """And code that comes back to what it was is there already."""
    assert cli("apply", "manifests", "--auto-approve").code == 0
    (code / "etl/main.py").write_text("print('changed')\n")
    document = json.loads(cli("plan", "manifests", "--json").out)
    assert document["summary"]["create"] == 2
    (upload,) = (one for one in document["actions"] if one["verb"] == "upload")
    assert upload["kind"] == "code_bundle"
    assert upload["bundle"] == {
        "name": "etl",
        "digest": upload["name"],
        "files": 3,
        "bytes": 31,
    }
    (code / "etl/main.py").write_text("print('hello')\n")
    assert "No changes." in cli("plan", "manifests").out


def test_another_task_with_the_same_code_finds_it_there(
    cli: Cli, code: Path, here: Path, admin: Sandbox
) -> None:
    """Nothing is built or sent a second time."""
    assert cli("apply", "manifests", "--auto-approve").code == 0
    text = MANIFESTS.split("---")[2].replace("etl.load", "etl.more")
    (here / "manifests/more.yaml").write_text(text)
    applied = cli("apply", "manifests", "--auto-approve")
    assert applied.code == 0
    assert "1 registered, 0 updated, 0 activated, 0 deactivated, 1 there already" in applied.out


def test_code_that_changes_between_plan_and_apply_is_not_uploaded(
    cli: Cli, code: Path, admin: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shown and approved is what is applied, or nothing of it."""
    real = Remote.apply

    def late(self: Remote, *args: object, **options: object) -> object:
        (code / "etl/main.py").write_text("print('meanwhile')\n")
        return real(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Remote, "apply", late)
    done = cli("apply", "manifests", "--auto-approve")
    assert done.code == 1
    assert "has changed since it was planned; plan again" in done.out


def test_validate_looks_at_code_too(cli: Cli, code: Path) -> None:
    """Everything that needs no Admin is told before one is asked."""
    (code / "out").symlink_to("/tmp")
    done = cli("validate", "manifests")
    assert done.code == 1
    assert "etl.yaml:4:8: error: out: is a link to /tmp" in done.err.replace("manifests/", "")
