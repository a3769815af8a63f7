"""A workspace out of nothing, and never over something."""

from pathlib import Path

import pytest

from reconciler.cli import run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test starts in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_writes_a_workspace_and_a_manifest(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says what comes next."""
    assert run(["init"]) == 0

    assert (here / "reconciler.yaml").is_file()
    assert (here / "manifests/hello.yaml").is_file()
    assert capsys.readouterr().out.splitlines()[-1].startswith("Next: reconciler plan")


def test_what_is_written_is_in_form_and_works(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what newcomers see first: formatted, valid, and once applied nothing is to be done."""
    assert run(["init"]) == 0
    assert run(["fmt", "--check"]) == 0
    assert run(["validate"]) == 0
    assert run(["apply", "--admin", "sandbox:flyte.sqlite", "--auto-approve"]) == 0
    assert run(["plan", "--admin", "sandbox:flyte.sqlite", "--detailed-exitcode"]) == 0
    capsys.readouterr()

    assert run(["history", "--admin", "sandbox:flyte.sqlite"]) == 0

    assert "1 activated, 3 registered" in capsys.readouterr().out


def test_folder_is_made(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next step starts there."""
    assert run(["init", "team/etl"]) == 0

    assert (here / "team/etl/reconciler.yaml").is_file()
    assert "Next: cd team/etl && reconciler plan" in capsys.readouterr().out


@pytest.mark.parametrize("existing", ["reconciler.yaml", "manifests/hello.yaml"])
def test_nothing_is_overwritten(
    here: Path, existing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file in the way, and the other is not written either."""
    file = here / existing
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")

    assert run(["init"]) == 1

    assert file.read_text() == "mine"
    assert list(here.rglob("*.yaml")) == [file]
    assert f"{existing} exists already" in capsys.readouterr().err


def test_folder_that_cannot_be_written_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever runs it, root too: where a file stands, no folder can be made."""
    (here / "etl").mkdir()
    (here / "etl/manifests").write_text("a file")

    assert run(["init", "etl"]) == 1

    err = capsys.readouterr().err
    assert err.startswith("Error: cannot write etl/manifests/hello.yaml, so nothing was written")
    assert len(err.splitlines()) == 1
    assert not (here / "etl/reconciler.yaml").exists()


def test_endpoint_is_written_down(here: Path) -> None:
    """With `--admin`, the workspace knows its Admin."""
    assert run(["init", "--admin", "dns:///flyte.example.com"]) == 0

    assert 'endpoint: "dns:///flyte.example.com"' in (here / "reconciler.yaml").read_text()
