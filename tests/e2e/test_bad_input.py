"""Everything a user gets wrong first: what is said, and the exit code. Never a traceback."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli, Result

COMMANDS = ("validate", "plan", "apply")


def lines(result: Result) -> list[str]:
    """What was said, less the line about the endpoint."""
    assert "Traceback" not in result.err
    return [line for line in result.err.splitlines() if not line.startswith("Flyte Admin: ")]


def run_all(cli: Cli, *paths: Path | str) -> Iterator[Result]:
    """Every command that reads manifests must say the same about them."""
    for name in COMMANDS:
        yield cli(name, *paths, *(["--auto-approve"] if name == "apply" else []))


def test_missing_file(cli: Cli, admin: Between) -> None:
    """Every path that is not there is named."""
    for result in run_all(cli, "nowhere.yaml", "nobody/"):
        assert result.code == 1
        assert lines(result) == [
            "nobody: error: there is no such file [missing-file]",
            "nowhere.yaml: error: there is no such file [missing-file]",
            "2 errors in 2 files.",
        ]


def test_empty_set(cli: Cli, admin: Between, here: Path) -> None:
    """A folder without manifests is a mistake, not a wish for nothing."""
    (here / "empty").mkdir()

    for result in run_all(cli, "empty"):
        assert result.code == 1
        assert lines(result) == ["error: no manifest was found in empty [empty-set]"]


def test_no_paths_and_no_workspace(cli: Cli, admin: Between) -> None:
    """The way out is named."""
    for result in run_all(cli):
        assert result.code == 1
        (line,) = lines(result)
        assert "reconciler init" in line


def test_broken_workspace(cli: Cli, here: Path) -> None:
    """The workspace file is held to its schema like everything else."""
    (here / "reconciler.yaml").write_text("apiVersion: reconciler/v1\nkind: Workspace\n")

    result = cli("plan")

    assert result.code == 1
    assert all(line.startswith("reconciler.yaml:1:1: error: ") for line in lines(result)[:-1])


@pytest.mark.parametrize(
    ("wrong", "right", "place", "words"),
    [
        ("kind: Tsk", "kind: Task", "etl.yaml:2:7", "did you mean Task?"),
        ("contaner:", "container:", "etl.yaml:7:3", "did you mean container?"),
        ("inputs: [day]", "inputs: {day: str}", "etl.yaml:5:", "inputs"),
        ("outputs: {rows: itn}", "outputs: {rows: int}", "etl.yaml:6:", "itn"),
        ("from: extract.rowz", "from: extract.rows", "etl.yaml:", "rowz"),
        ("61 6 * * *", "0 6 * * *", "etl.yaml:", "cron"),
    ],
    ids=["kind", "field", "shape", "type", "output", "cron"],
)
def test_mistakes_in_a_manifest(
    cli: Cli, admin: Between, here: Path, wrong: str, right: str, place: str, words: str
) -> None:
    """Each with its place and the way out, by every command alike; plans ask nothing for it."""
    text = ETL.replace(right, wrong, 1)
    assert text != ETL
    (here / "etl.yaml").write_text(text)

    for result in run_all(cli, "etl.yaml"):
        assert result.code == 1
        said = "\n".join(lines(result))
        assert place in said
        assert words in said
    assert admin.writes == 0


def test_cycle_of_workflows(cli: Cli, admin: Between, here: Path) -> None:
    """The way round is spelt out."""
    workflow = (
        "apiVersion: reconciler/v1\nkind: Workflow\n"
        "metadata: {{project: flytesnacks, domain: development, name: {name}}}\n"
        "spec:\n  nodes:\n    next: {{workflow: {{name: {other}}}}}\n"
    )
    (here / "w.yaml").write_text(
        workflow.format(name="a", other="b") + "---\n" + workflow.format(name="b", other="a")
    )

    for result in run_all(cli, "w.yaml"):
        assert result.code == 1
        said = "\n".join(lines(result))
        assert "w.yaml:" in said
        assert "→" in said


def test_dangling_reference(cli: Cli, admin: Between, here: Path) -> None:
    """Neither in the set nor in Admin: with the place of the reference."""
    (here / "etl.yaml").write_text(ETL.split("---\n")[1])

    for name in ("plan", "apply"):
        result = cli(name, "etl.yaml", *(["--auto-approve"] if name == "apply" else []))
        assert result.code == 1
        said = "\n".join(lines(result))
        assert "etl.yaml:10:" in said
        assert "etl.extract" in said
    assert admin.writes == 0


def test_unknown_domain(cli: Cli, admin: Between, here: Path) -> None:
    """Domains are the server's configuration: those that exist are listed."""
    (here / "etl.yaml").write_text(ETL.replace("domain: development", "domain: devlopment"))

    result = cli("plan", "etl.yaml")

    assert result.code == 1
    said = "\n".join(lines(result))
    assert "devlopment" in said
    assert all(domain in said for domain in ("development", "staging", "production"))


def test_unreachable_admin(cli: Cli, etl: Path) -> None:
    """One line, within seconds, naming the endpoint."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{nobody.getsockname()[1]}"

        for name in ("plan", "apply"):
            approve = ["--auto-approve"] if name == "apply" else []
            result = cli(name, etl, "--admin", endpoint, *approve)

            assert result.code == 1
            (line,) = lines(result)
            assert line.startswith("Error: ")
            assert endpoint in line


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED]
)
def test_admin_that_lets_nobody_in(
    cli: Cli, admin: Between, etl: Path, code: grpc.StatusCode
) -> None:
    """Exit 7, in Admin's words."""
    admin.refuse(code=code)

    for argv in (("plan", etl), ("apply", etl, "--auto-approve"), ("get", "launchplans")):
        result = cli(*argv)
        assert result.code == 7
        (line,) = lines(result)
        assert code.name in line


def test_admin_that_lets_nobody_write(cli: Cli, admin: Between, etl: Path) -> None:
    """The plan can be made, and nothing of it be done: 7 all the same."""
    admin.refuse("CreateTask", "CreateWorkflow", code=grpc.StatusCode.PERMISSION_DENIED)

    result = cli("apply", etl, "--auto-approve")

    assert result.code == 7
    assert "Apply incomplete: 0 done, 1 failed, 3 blocked." in result.out
    assert "PERMISSION_DENIED" in result.out


def test_apply_in_part(cli: Cli, admin: Between, etl: Path) -> None:
    """5: something was done; the failure names what it held up; then it goes on."""
    admin.refuse("CreateWorkflow", code=grpc.StatusCode.INVALID_ARGUMENT)

    result = cli("apply", etl, "--auto-approve")

    assert result.code == 5
    assert "It held up 2 more:" in result.out
    assert "launch plan flytesnacks/development/etl.daily, not activated" in result.out

    admin.refused.clear()
    again = cli("apply", etl, "--auto-approve")
    assert again.code == 0
    assert "Resources: 2 registered, 0 updated, 1 activated" in again.out


def test_oversized_spec_is_said_before_sending(cli: Cli, admin: Between, here: Path) -> None:
    """Admin would not read more than 4 MiB; it is not even asked to."""
    big = "x" * (5 * 1024 * 1024)
    (here / "etl.yaml").write_text(ETL.replace("{{.inputs.day}}", big))

    for name in COMMANDS:
        result = cli(name, "etl.yaml", *(["--auto-approve"] if name == "apply" else []))
        assert result.code == 1, name
        said = "\n".join(lines(result)) + result.out
        assert "4 MiB" in said
    assert admin.writes == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_directory(cli: Cli, here: Path) -> None:
    """`init` says so in one line, and leaves nothing half done."""
    here.chmod(0o500)
    try:
        result = cli("init")
    finally:
        here.chmod(0o700)

    assert result.code == 1
    (line,) = lines(result)
    assert "cannot write" in line


def test_embedded_admin_that_cannot_start(cli: Cli, etl: Path, here: Path) -> None:
    """A path that cannot hold a store is a line, not a crash."""
    (here / "file").write_text("no folder")

    result = cli("plan", etl, "--admin", f"sandbox:{here / 'file' / 'flyte.sqlite'}")

    assert result.code == 1
    (line,) = lines(result)
    assert "embedded Flyte Admin cannot start" in line


def test_no_endpoint(cli: Cli, etl: Path) -> None:
    """No default: every place where one may be named is listed."""
    result = cli("plan", etl)

    assert result.code == 1
    (line,) = lines(result)
    for place in ("--admin", "RECONCILER_ADMIN", "FLYTECTL_CONFIG", "reconciler.yaml"):
        assert place in line


def test_apply_with_nobody_to_ask(cli: Cli, admin: Between, etl: Path) -> None:
    """Without a terminal and without a flag: 1, and nothing done."""
    result = cli("apply", etl)

    assert result.code == 1
    assert "--auto-approve" in result.err
    assert admin.writes == 0
