"""What was bound before is taken again only where nothing that decides it has changed.

The proof is by comparison: with a memory of everything that was ever bound, each set is bound to
exactly what it is bound to without one.
"""

import re
from pathlib import Path

import pytest

from reconciler.desired import Recalled, bind, declare, needs
from reconciler.errors import ManifestError
from reconciler.manifest import Setting, load
from reconciler.manifest.substitute import Known
from reconciler.model import Code, DesiredState, Kind, Severity
from reconciler.observed import look_up
from tests.desired.test_bind import a_launch_plan, a_task, a_workflow
from tests.fakes import MemoryAdmin, MemoryReader, a_project

EVERYTHING = Path(__file__).with_name("everything.yaml")
NOWHERE = Setting()
CHAIN = (a_task(), a_workflow(), a_launch_plan())

BUNDLE = """apiVersion: reconciler/v1
kind: CodeBundle
metadata: {project: flytesnacks, domain: development, name: app}
spec: {source: src}
"""
TASK_OF_BUNDLE = a_task(extra="  bundle: app\n")


class Memory:
    """A recollection of everything; `found` counts what it gave back."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Recalled] = {}
        self.found: list[Kind] = []

    def find(self, key: bytes, kind: Kind) -> Recalled | None:
        recalled = self.kept.get(key)
        if recalled is not None:
            self.found.append(kind)
        return recalled

    def keep(self, key: bytes, recalled: Recalled) -> None:
        self.kept[key] = recalled


def bound(
    folder: Path,
    *documents: str,
    memory: Memory | None = None,
    admin: MemoryAdmin | None = None,
    setting: Setting = NOWHERE,
) -> DesiredState:
    """These documents, bound; offline unless there is an Admin."""
    file = folder / "set.yaml"
    file.write_text("\n---\n".join(documents))
    declaration = declare(load([file], setting=setting))
    found = look_up(needs(declaration), MemoryReader(admin)) if admin is not None else None
    return bind(declaration, found, None, memory)


def same(one: DesiredState, other: DesiredState) -> bool:
    """Whether two states agree in all that a plan or an apply looks at."""
    return [
        (id, a.spec, a.request, a.origin, a.active, a.content_addressed, a.bundles)
        for id, a in one.resources.items()
    ] == [
        (id, b.spec, b.request, b.origin, b.active, b.content_addressed, b.bundles)
        for id, b in other.resources.items()
    ] and (one.needs, one.warnings, one.unchecked, one.protected) == (
        other.needs,
        other.warnings,
        other.unchecked,
        other.protected,
    )


def test_what_is_as_it_was_is_not_bound_anew(tmp_path: Path) -> None:
    """Task, workflow and launch plan are found again, and are the same to the last byte."""
    memory = Memory()
    first = bound(tmp_path, *CHAIN, memory=memory)
    again = bound(tmp_path, *CHAIN, memory=memory)
    assert memory.found == [Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN]
    assert same(first, again)
    assert same(again, bound(tmp_path, *CHAIN))


def test_everything_that_can_be_said_is_found_again() -> None:
    """All but what is a package or excused: those are bound anew, to the same."""
    memory = Memory()
    declaration = declare(load([EVERYTHING]))
    plain = bind(declaration, None)
    assert same(plain, bind(declaration, None, None, memory))
    assert same(plain, bind(declaration, None, None, memory))
    assert {*memory.found} == {Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN}


@pytest.mark.parametrize(
    ("what", "by"),
    [
        ("size: int", "size: float"),
        ("ghcr.io/acme/etl:1", "ghcr.io/acme/etl:2"),
        ("size: 5", "size: 6"),
        ("0 6", "0 7"),
        ("state: active", "state: inactive"),
        ("name: etl.load", "name: etl.other"),
        ("spec:", "spec:\n  version: v1"),
        ("project: flytesnacks", "project: elsewhere"),
        ("from: load.rows", "from: load.nothing"),
        ('rows: "list[int]"', 'rows: "list[str]"'),
    ],
)
def test_any_change_is_seen(tmp_path: Path, what: str, by: str) -> None:
    """A change in one document or in all, with whatever follows from it for the others.

    Errors too: whoever refers to what changed is held to it.
    """
    memory = Memory()
    bound(tmp_path, *CHAIN, memory=memory)
    for number in range(len(CHAIN)):
        some = [re.sub(what, by, one) if number == n else one for n, one in enumerate(CHAIN)]
        assert outcome(tmp_path, some, memory) == outcome(tmp_path, some, None)
    every = [re.sub(what, by, one) for one in CHAIN]
    assert outcome(tmp_path, every, memory) == outcome(tmp_path, every, None)


def outcome(folder: Path, documents: list[str], memory: Memory | None) -> object:
    """What a set is bound to, or what is wrong with it."""
    try:
        state = bound(folder, *documents, memory=memory)
    except ManifestError as error:
        return error.diagnostics
    return [(id, one.spec, one.request, one.active) for id, one in state.resources.items()]


def test_a_warning_is_told_each_time(tmp_path: Path) -> None:
    """What is not without a word is bound anew, and so is told again."""
    memory = Memory()
    task = a_task(image="ghcr.io/acme/etl:latest")
    for _ in range(2):
        state = bound(tmp_path, task, memory=memory)
        assert [one.severity for one in state.warnings] == [Severity.WARNING]
    assert not memory.kept


def test_a_needless_excuse_is_told_each_time(tmp_path: Path) -> None:
    """Nor is what has an excuse: whether it is needed only binding tells."""
    memory = Memory()
    excuse = "lint: {ignore: [{code: mutable-image, reason: it is ours}]}"
    task = a_task().replace("name: etl.load}", f"name: etl.load, {excuse}}}")
    for _ in range(2):
        state = bound(tmp_path, task, memory=memory)
        assert [one.code for one in state.warnings] == ["needless-ignore"]


def test_what_admin_holds_decides_too(tmp_path: Path) -> None:
    """A workflow that refers to Admin's task is bound anew once that version is another thing."""
    memory = Memory()
    admin = MemoryAdmin()
    admin.put(a_project())
    fixed = a_task(extra="  version: v1\n")
    (task,) = (one for one in bound(tmp_path, fixed) if one.id.kind is Kind.TASK)
    admin.put(task)
    flow = a_workflow(task="{name: etl.load, version: v1}")
    first = bound(tmp_path, flow, memory=memory, admin=admin)
    assert same(first, bound(tmp_path, flow, memory=memory, admin=admin))
    assert memory.found == [Kind.WORKFLOW]
    other = MemoryAdmin()
    other.put(a_project())
    image = a_task(extra="  version: v1\n", image="ghcr.io/acme/etl:2")
    other.put(next(one for one in bound(tmp_path, image) if one.id.kind is Kind.TASK))
    again = bound(tmp_path, flow, memory=memory, admin=other)
    assert memory.found == [Kind.WORKFLOW]
    assert same(again, bound(tmp_path, flow, admin=other))
    assert not same(first, again)


def test_values_that_are_filled_in_decide(tmp_path: Path) -> None:
    """The same text with another value of a variable is another thing."""
    memory = Memory()
    task = a_task(image="${var.image}")
    for image in ("acme/etl:1", "acme/etl:2", "acme/etl:1"):
        setting = Setting(known=Known({"var": {"image": image}}))
        state = bound(tmp_path, task, memory=memory, setting=setting)
        assert same(state, bound(tmp_path, task, setting=setting))
    assert memory.found == [Kind.TASK]


def test_sensitive_values_are_never_kept(tmp_path: Path) -> None:
    """Nor what they would be in: a recollection may lie on a disk."""
    memory = Memory()
    known = Known({"var": {"image": "acme/secret:1"}}, sensitive=frozenset({"var.image"}))
    documents = (a_task(image="${var.image}"), a_workflow())
    bound(tmp_path, *documents, memory=memory, setting=Setting(known=known))
    assert not memory.kept


def test_what_an_environment_calls_places_decides(tmp_path: Path) -> None:
    """The same manifests in another domain are other things, under the same versions."""
    memory = Memory()
    versions = set()
    for domain in ("development", "staging", "production", "staging"):
        setting = Setting(domains={"development": domain})
        state = bound(tmp_path, *CHAIN, memory=memory, setting=setting)
        assert same(state, bound(tmp_path, *CHAIN, setting=setting))
        assert {id.domain for id in state.resources} == {domain}
        versions.add(tuple(id.version for id in state.resources))
    assert len(versions) == 1
    assert memory.found == [Kind.TASK, Kind.WORKFLOW, Kind.LAUNCH_PLAN]


def test_code_decides_and_comes_along(tmp_path: Path) -> None:
    """Tasks from a bundle and the workflows of them: with other code they are other things."""
    memory = Memory()
    (tmp_path / "set.yaml").write_text("\n---\n".join((BUNDLE, TASK_OF_BUNDLE, a_workflow())))
    declaration = declare(load([tmp_path / "set.yaml"]))
    for digest in ("ab" * 32, "cd" * 32, "ab" * 32):
        codes = dict.fromkeys(declaration.folders, Code(digest, files=1, size=1))
        state = bind(declaration, None, codes, memory)
        assert same(state, bind(declaration, None, codes))
        assert [one.bundles[0].code.digest for one in state] == [digest, digest]
    assert memory.found == [Kind.TASK, Kind.WORKFLOW]
