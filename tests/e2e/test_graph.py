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


def test_the_name_of_the_file_says_what_it_is(cli: Cli, etl: Path) -> None:
    """Mermaid in a page stands in a fence; what cannot be written is refused."""
    for name, start in (("a.md", "```mermaid\nflowchart LR\n"), ("a.gv", "digraph")):
        assert cli("graph", etl, "-o", name).code == 0
        assert Path(name).read_text().startswith(start)
    assert Path("a.md").read_text().endswith("\n```\n")

    refused = cli("graph", etl, "-o", "a.png")

    assert refused.code == 64
    assert "a.png does not tell what to write" in refused.err
    assert not Path("a.png").exists()
    assert cli("graph", etl, "-o", "a.txt", "--format", "dot").code == 0


def test_what_only_admin_holds_is_drawn_too(cli: Cli, etl: Path) -> None:
    """Dashed: it is not in the set."""
    etl.write_text(etl.read_text().replace("{name: etl.extract}", "{name: other, version: v1}"))

    lines = cli("graph", etl).out.splitlines()

    (key,) = [line.split("[")[0].strip() for line in lines if '"other"' in line]
    assert f"  class {key} foreign" in lines
