"""`reconciler graph`."""

from pathlib import Path

from tests.e2e.conftest import Cli


def test_a_set_is_drawn_without_any_admin(cli: Cli, etl: Path) -> None:
    """What refers to what, in the form that is asked for or that the file's name says."""
    mermaid = cli("graph", etl)
    assert mermaid.code == 0, mermaid.err
    assert mermaid.out.startswith("flowchart LR\n")
    assert "etl.daily (active)" in mermaid.out
    assert cli("graph", etl, "--format", "dot").out.startswith("digraph")

    written = cli("graph", etl, "--out", "graph.svg")
    assert written.out == "Wrote graph.svg\n"
    assert Path("graph.svg").read_text().startswith("<svg ")


def test_what_only_admin_holds_is_drawn_too(cli: Cli, etl: Path) -> None:
    """Dashed: it is not in the set."""
    etl.write_text(etl.read_text().replace("{name: etl.extract}", "{name: other, version: v1}"))

    lines = cli("graph", etl).out.splitlines()

    (key,) = [line.split("[")[0].strip() for line in lines if '"other"' in line]
    assert f"  class {key} foreign" in lines
