"""The one door that every command line goes through, and every error comes out of."""

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reconciler.cli import run
from reconciler.cli.main import COMMANDS, reconciler
from reconciler.errors import ManifestError, UnauthenticatedError, UnreachableError
from tests.builders import an_error

# What costs: none of them may be loaded to say which version this is, or how to use it.
HEAVY = ("pydantic", "grpc", "rich", "yaml", "flyteidl", "deepdiff", "httpx", "google.protobuf")


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> "type[Raising]":
    """A command `plan` that raises what it is told to, as the real one would from deep inside."""
    monkeypatch.setattr(reconciler, "get_command", lambda context, name: Raising.command)
    return Raising


class Raising:
    """Holds the error, and the command that raises it."""

    error: BaseException = RuntimeError()

    @staticmethod
    @click.command()
    @click.option("--json", is_flag=True)
    @click.pass_context
    def command(context: click.Context, json: bool) -> None:
        context.find_root().obj.outputs.format = "json" if json else "text"
        raise Raising.error


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--nonsense"],
        ["nonsense"],
        ["plan", "--nonsense"],
        ["plan", "--parallelism", "0"],
        ["plan", "--parallelism", "many"],
        ["--color", "sometimes", "plan"],
        ["plan", "--admin"],
        ["sandbox", "--grpc-port", "65536"],
        ["sandbox", "extra"],
        ["get", "nonsense"],
    ],
)
def test_misuse_is_64(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """2 is taken: it means changes."""
    assert run(argv) == 64

    out, err = capsys.readouterr()
    assert not out
    assert "Error: " in err or "Usage: reconciler" in err


@pytest.mark.parametrize("argv", [["--help"], ["-h"], *([name, "--help"] for name in COMMANDS)])
def test_help_is_a_success_on_stdout(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every command says what it is for."""
    assert run(argv) == 0

    out, err = capsys.readouterr()
    assert "Usage: reconciler" in out
    assert not err


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A stranger starts from a line that works."""
    run([name, "--help"])

    assert re.search(rf"Examples:\n +reconciler {name}", capsys.readouterr().out)


def test_options_of_the_program_stand_before_or_after_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The last one on the line wins."""
    codes = [
        run(line.split())
        for line in (
            "--admin one --color never init --help",
            "init --admin one --no-color --help",
            "--no-color init --color always --help",
        )
    ]

    assert codes == [0, 0, 0]


@pytest.mark.parametrize("argv", ["--version", "--help"])
def test_what_costs_is_not_loaded_for_nothing(argv: str) -> None:
    """Version and help import neither the wire nor the models."""
    script = (
        "import sys; from reconciler.cli import run; run(sys.argv[1:]); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, argv], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_version_names_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, for bug reports."""
    assert run(["--version"]) == 0
    assert re.fullmatch(r"reconciler \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


def test_error_of_ours_is_words_without_a_traceback(
    raising: type[Raising], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong, on stderr, and nothing of how the program is made."""
    raising.error = UnreachableError("nobody answers at localhost:1")

    assert run(["plan"]) == 1

    assert capsys.readouterr() == ("", "Error: nobody answers at localhost:1\n")


def test_denied_is_7(raising: type[Raising], capsys: pytest.CaptureFixture[str]) -> None:
    """A pipeline can tell a missing login from a broken plan."""
    raising.error = UnauthenticatedError("token missing", method="GetVersion")

    assert run(["plan"]) == 7
    assert "UNAUTHENTICATED: token missing" in capsys.readouterr().err


def test_every_problem_is_told_at_once(
    raising: type[Raising], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each, and their number."""
    raising.error = ManifestError([an_error(line=2), an_error(line=1)])

    assert run(["plan"]) == 1

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1] for line in lines[:2]] == ["1", "2"]
    assert lines[2] == "2 errors."


def test_errors_are_a_document_too_under_json(
    raising: type[Raising], capsys: pytest.CaptureFixture[str]
) -> None:
    """Stdout stays parseable when things go wrong."""
    raising.error = UnreachableError("nobody answers")

    assert run(["plan", "--json"]) == 1

    out, err = capsys.readouterr()
    document = json.loads(out)
    assert (document["type"], document["format_version"]) == ("error", "1.0")
    assert document["diagnostics"][0]["code"] == "unreachable"
    assert "nobody answers" in err


def test_operating_system_errors_name_the_file(
    raising: type[Raising], capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk is no bug."""
    raising.error = OSError(28, "No space left on device", "plan.json")

    assert run(["plan"]) == 1
    assert capsys.readouterr().err == "Error: plan.json: No space left on device\n"


def test_operating_system_errors_without_a_file(
    raising: type[Raising], capsys: pytest.CaptureFixture[str]
) -> None:
    """Words, not numbers."""
    raising.error = OSError(28, "No space left on device")

    assert run(["plan"]) == 1
    assert capsys.readouterr().err == "Error: No space left on device\n"


def test_streams_that_are_closed_are_no_bug() -> None:
    """`>&-` and `2>&-` throw away what is said, and change no exit code."""
    script = (
        "import os, sys; from reconciler.cli import main; "
        "sys.stdout = sys.stderr = None; sys.argv = ['reconciler', 'schema']; main()"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_bug_is_70_and_leaves_its_traceback_in_a_file(
    raising: type[Raising],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The screen names the file; the file tells where it happened."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    raising.error = ZeroDivisionError("by zero")

    assert run(["plan"]) == 70

    err = capsys.readouterr().err
    assert "a bug in reconciler: ZeroDivisionError: by zero" in err
    assert "Traceback" not in err
    (file,) = tmp_path.iterdir()
    assert str(file) in err
    assert "Traceback" in file.read_text()
    assert "raise Raising.error" in file.read_text()


def test_interruption_is_130(raising: type[Raising], capsys: pytest.CaptureFixture[str]) -> None:
    """And says that nothing was written."""
    raising.error = KeyboardInterrupt()

    assert run(["plan"]) == 130
    assert "nothing was written" in capsys.readouterr().err


def test_reader_that_left_is_no_error_message(
    raising: type[Raising], capsys: pytest.CaptureFixture[str]
) -> None:
    """`reconciler plan | head` ends quietly."""
    raising.error = BrokenPipeError()

    assert run(["plan"]) == 1
    assert capsys.readouterr() == ("", "")
