"""A set of manifests, or everything that is wrong with all of it."""

import gc
import os
import time
from io import BytesIO
from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import LaunchPlan, Project, Task, load

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: weather}
"""
TASK = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: weather, domain: development, name: fetch}
spec:
  container: {image: "acme/etl:1"}
"""
LAUNCH_PLAN = """\
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: weather, domain: development, name: daily}
spec:
  workflow: daily
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*paths: str) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        load(paths)
    return [str(diagnostic) for diagnostic in caught.value.diagnostics]


def test_manifests_come_in_the_order_of_the_paths(folder: Path) -> None:
    """Documents of a file as they stand there."""
    (folder / "b.yaml").write_text(f"{TASK}---\n{PROJECT}")
    (folder / "a.yaml").write_text(LAUNCH_PLAN)

    found = load(["b.yaml", "a.yaml"])

    assert [type(manifest) for manifest in found] == [Task, Project, LaunchPlan]


def test_endless_problems_of_a_document_end(folder: Path) -> None:
    """A thousand are told, and how many more there are; in no time."""
    (folder / "a.yaml").write_text(PROJECT + "".join(f"k{n}: {n}\n" for n in range(5_000)))
    started = time.process_time()
    problems = refused("a.yaml")
    assert len(problems) == 1_001
    assert problems[-1] == "a.yaml:1:1: error: 4,000 more problems in this document [too-many]"
    assert time.process_time() - started < 1


def test_standard_input_is_a_path(folder: Path) -> None:
    """`-`, beside others."""
    (folder / "a.yaml").write_text(TASK)

    task, project = load(["a.yaml", "-"], stdin=BytesIO(PROJECT.encode()))

    assert str(task.origin) == "a.yaml:1:1"
    assert str(project.origin) == "stdin:1:1"


def test_a_manifest_remembers_where_it_was_said(folder: Path) -> None:
    """Each of its fields; what was not said is where it would belong."""
    (folder / "a.yaml").write_text(f"{PROJECT}---\n# a comment\n{TASK}")

    _, task = load(["a.yaml"])

    assert str(task.origin) == "a.yaml:6:1"
    assert str(task.origin_of("metadata", "name")) == "a.yaml:8:51"
    assert str(task.origin_of("spec", "container", "image")) == "a.yaml:10:15"
    assert str(task.origin_of("spec", "timeout")) == "a.yaml:9:1"


def test_all_problems_of_all_files_come_at_once(folder: Path) -> None:
    """Of every layer: files, YAML, fields, and the set."""
    (folder / "a.yaml").write_text(TASK.replace("image", "imgae") + "  retrys: 1\n")
    (folder / "b.yaml").write_text("kind: [a\n---\nkind: Wrokflow\n")
    (folder / "c.yaml").write_text(f"{PROJECT}---\n{PROJECT}")

    assert refused("a.yaml", "missing.yaml", "b.yaml", "c.yaml") == [
        "missing.yaml: error: there is no such file [missing-file]",
        "a.yaml:5:3: error: spec.container lacks image [missing-field]",
        "a.yaml:5:15: error: unknown field imgae in spec.container (did you mean image?)"
        " [unknown-field]",
        "a.yaml:6:3: error: unknown field retrys in spec (did you mean retries?) [unknown-field]",
        "b.yaml:1:7: error: the list does not end (a `,` or `]` is missing) [yaml-syntax]",
        "b.yaml:3:7: error: unknown kind Wrokflow (did you mean Workflow?) [unknown-kind]",
        "c.yaml:5:1: error: Project weather is declared twice, first in c.yaml:1:1 [duplicate]",
    ]


def test_two_versions_of_a_name_are_two_things(folder: Path) -> None:
    """But two of the same version are one too many."""
    fixed = TASK + "  version: v1\n"
    (folder / "a.yaml").write_text(f"{TASK}---\n{fixed}")
    assert len(load(["a.yaml"])) == 2

    (folder / "b.yaml").write_text(fixed)
    assert refused("a.yaml", "b.yaml") == [
        "b.yaml:1:1: error: Task weather/development/fetch@v1 is declared twice, "
        "first in a.yaml:7:1 [duplicate]"
    ]


def test_versions_of_a_name_cannot_both_decide_its_state(folder: Path) -> None:
    """State is of the name; the versions that say nothing of it are no matter."""
    versions = [
        LAUNCH_PLAN + f"  version: v{n}\n" + (f"  state: {state}\n" if state else "")
        for n, state in enumerate(["active", "", "inactive"])
    ]
    (folder / "a.yaml").write_text("---\n".join(versions))

    (problem,) = refused("a.yaml")

    assert problem.startswith(
        "a.yaml:22:3: error: LaunchPlan weather/development/daily@v2 is inactive, but another "
        "version of that name is active in a.yaml:7:3 (one version of a name decides"
    )


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n---\n"])
def test_an_empty_set_is_an_error(folder: Path, content: str) -> None:
    """With a code of its own, for applying nothing may mean deleting everything."""
    (folder / "m").mkdir()
    (folder / "m/a.yaml").write_text(content)

    assert refused("m") == ["error: no manifest was found in m [empty-set]"]
    assert refused() == ["error: no manifest was found in no path at all [empty-set]"]


def test_a_document_must_be_a_mapping(folder: Path) -> None:
    """Whatever else YAML can be."""
    (folder / "a.yaml").write_text("- a\n---\nb\n")

    assert refused("a.yaml") == [
        "a.yaml:1:1: error: a manifest is a mapping, found a list [wrong-type]",
        "a.yaml:3:1: error: a manifest is a mapping, found the text 'b' [wrong-type]",
    ]


def test_messages_show_what_was_written(folder: Path) -> None:
    """Not what YAML made of it."""
    (folder / "a.yaml").write_text(TASK + "  version: 1.10\n")

    assert refused("a.yaml") == [
        "a.yaml:6:12: error: spec.version: expected a text, found the number 1.10 "
        '(a text that looks like this needs quotes: "1.10") [wrong-type]'
    ]


def test_a_crons_mistake_is_told_in_admins_words(folder: Path) -> None:
    """At the line where the text stands."""
    (folder / "a.yaml").write_text(LAUNCH_PLAN + '  schedule: {cron: "0 6 * *"}\n')

    assert refused("a.yaml") == [
        "a.yaml:6:20: error: spec.schedule.cron: Invalid cron expression: expected exactly 5 "
        "fields, found 4: [0 6 * *] [invalid-value]"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read_is_told(folder: Path) -> None:
    """With the reason of the system."""
    (folder / "a.yaml").touch(0)

    assert refused("a.yaml") == ["a.yaml: error: cannot be read: Permission denied [unreadable]"]


def test_a_large_set_loads_quickly(folder: Path) -> None:
    """Some thousand documents in well under a second; ten times slower would be a mistake."""
    content = "---\n".join(TASK.replace("fetch", f"fetch{n}") for n in range(2000))
    (folder / "a.yaml").write_text(content)

    start = time.process_time()
    found = load(["a.yaml"])
    seconds = time.process_time() - start

    assert len(found) == 2000
    assert seconds < 3
    assert gc.isenabled()
