"""Packages built by their owners' own commands: the same content is the same file, and pinned."""

import base64
import gzip
import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reconciler.desired.package import read_package
from reconciler.errors import BuildError, ManifestError
from reconciler.manifest import Manifest, Package, load
from reconciler.model import Kind
from reconciler.remote import Built, build_for_plan, build_packages, validate

PACKAGES = Path(__file__).parent.parent / "desired" / "packages"
# What packages do: other times, another order, other compression each time.
PACKAGING = """
import os, random, sys, tarfile, time
source, out = sys.argv[1:]
members = tarfile.open(source).getmembers()
random.shuffle(members)
with tarfile.open(out, "w:gz", compresslevel=random.randint(1, 9)) as tar:
    for member in members:
        member.mtime = time.time()
        member.uname = "me"
        tar.addfile(member, tarfile.open(source).extractfile(member.name))
print("packaged for", os.environ["STAGE"])
"""
MANIFEST = """\
# The shop's package.
apiVersion: reconciler/v1
kind: Package
metadata: {{project: flytesnacks, domain: development, name: shop}}
spec:
  source: {source}  # see build
  build:
    command: [{python}, package.py, {original}, "{output}"]
    env: {{STAGE: dev}}
"""


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "package.py").write_text(PACKAGING)
    write(tmp_path)
    return tmp_path


def write(
    folder: Path,
    *,
    source: str = "dist/shop.tgz",
    output: str = "{output}",
    name: str = "dynamics",
    more: str = "",
) -> None:
    text = MANIFEST.format(
        source=source, python=sys.executable, original=PACKAGES / f"{name}.tgz", output=output
    )
    (folder / "shop.yaml").write_text(text + more)


def manifests(folder: Path) -> tuple[Manifest, ...]:
    return load([folder / "shop.yaml"])


def build(folder: Path, push: str | None = None) -> tuple[Built, ...]:
    return build_packages(
        manifests(folder),
        environ=os.environ,
        log=lambda line: None,
        cache=folder / "cache",
        push=push,
    )


def test_the_same_content_is_the_same_file(folder: Path) -> None:
    """Whatever the command wrote: order, times, owners and compression are not content."""
    (first,) = build(folder)
    content = (folder / "dist/shop.tgz").read_bytes()
    (second,) = build(folder)
    assert (folder / "dist/shop.tgz").read_bytes() == content
    assert (first.changed, second.changed) == (True, False)
    assert first.sha256 == second.sha256
    assert first.entities == 11


def test_other_tools_can_register_what_was_built(folder: Path) -> None:
    """Members sorted by name put first what others refer to; nothing tells who packaged it."""
    build(folder)
    with tarfile.open(folder / "dist/shop.tgz") as tar:
        members = tar.getmembers()
    names = [member.name for member in members]
    assert names == sorted(names)
    kinds = [name[-len("1.pb")] for name in names]
    assert kinds.index("2") > kinds.index("1")
    assert {(one.mtime, one.uid, one.uname, one.mode) for one in members} == {(0, 0, "", 0o644)}


def test_what_is_built_is_what_was_packaged(folder: Path) -> None:
    """Writing it anew changes no version."""
    build(folder)
    built = validate(manifests(folder))
    (folder / "dist/shop.tgz").write_bytes((PACKAGES / "dynamics.tgz").read_bytes())
    assert set(validate(manifests(folder)).resources) == set(built.resources)


def test_the_command_runs_where_and_as_the_manifest_says(folder: Path) -> None:
    """In its folder, with its variables; what it prints is passed on."""
    lines: list[str] = []
    build_packages(manifests(folder), environ=os.environ, log=lines.append)
    assert "packaged for dev" in lines


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("[no-such-program]", "cannot be run"),
        ("[sh, -c, 'echo broken; exit 3']", "failed with exit status 3"),
        ("['true']", "wrote no"),
        ("[sh, -c, 'echo nonsense > {output}']", "is no readable archive"),
    ],
)
def test_a_build_that_fails_leaves_what_was(folder: Path, command: str, problem: str) -> None:
    """The old archive stays, and the error names the package."""
    build(folder)
    before = (folder / "dist/shop.tgz").read_bytes()
    text = (folder / "shop.yaml").read_text()
    start = text.index("    command:")
    text = f"{text[:start]}    command: {command}\n    output: other.tgz\n"
    (folder / "shop.yaml").write_text(text)
    with pytest.raises(BuildError, match=f"Package flytesnacks/development/shop: .*{problem}"):
        build(folder)
    assert (folder / "dist/shop.tgz").read_bytes() == before


def test_planning_never_runs_a_command(folder: Path) -> None:
    """Without its archive the package is an error that says what would make it."""
    with pytest.raises(ManifestError, match=r"no such file or folder.*`reconciler build`"):
        validate(manifests(folder))
    assert not (folder / "dist").exists()


def test_what_is_pushed_is_pinned(memory: Any, folder: Path) -> None:
    """The archive lies at the URL, and the manifest says so and nothing else new."""
    before = (folder / "shop.yaml").read_text()
    (built,) = build(folder, push="memory://packages")
    assert built.pushed is not None
    after = (folder / "shop.yaml").read_text()
    assert after == before.replace("dist/shop.tgz", built.pushed.pin)
    (package,) = manifests(folder)
    assert isinstance(package, Package)
    assert package.spec.location == (built.pushed.url, built.sha256)
    assert memory.cat(built.pushed.url) == (folder / "dist/shop.tgz").read_bytes()
    assert validate([package], cache=folder / "elsewhere").resources


def test_pushing_the_same_again_changes_nothing(memory: Any, folder: Path) -> None:
    """No upload, no other pin: a second run in CI has nothing to commit."""
    build(folder, push="memory://packages")
    before = (folder / "shop.yaml").read_text()
    (again,) = build(folder, push="memory://packages")
    assert again.pushed is not None
    assert again.pushed.existed
    assert (folder / "shop.yaml").read_text() == before


def test_another_content_is_pushed_beside_the_old(memory: Any, folder: Path) -> None:
    """What older commits pin stays where it is."""
    (first,) = build(folder, push="memory://packages")
    pinned = first.pushed
    assert pinned is not None
    write(folder, source=pinned.pin, name="chained")
    (second,) = build(folder, push="memory://packages")
    assert second.pushed is not None
    assert second.pushed.url != pinned.url
    assert memory.exists(pinned.url)


# What `pyflyte package --copy all` does: everything that lies in the folder goes along.
COPYING_ALL = """
import io, sys, tarfile
source, out = sys.argv[1:]
code = io.BytesIO()
with tarfile.open(fileobj=code, mode="w:gz") as tar:
    tar.add(".", filter=lambda one: None if "/cache" in one.name else one)
package = tarfile.open(source)
with tarfile.open(out, "w:gz") as tar:
    for member in package:
        tar.addfile(member, package.extractfile(member))
    bundle = tarfile.TarInfo("fast1.tar.gz")
    bundle.size = len(code.getvalue())
    tar.addfile(bundle, io.BytesIO(code.getvalue()))
"""


def test_a_package_is_no_part_of_its_own_code(folder: Path) -> None:
    """It lies where its sources do; taken for code, each build would be of the one before."""
    (folder / "package.py").write_text(COPYING_ALL)
    lines: list[str] = []

    def build_again() -> Built:
        cache = folder / "cache"
        (built,) = build_packages(
            manifests(folder), environ=os.environ, log=lines.append, cache=cache
        )
        return built

    first = build_again()
    assert not [line for line in lines if "left out" in line]
    second = build_again()

    assert (first.sha256, False) == (second.sha256, second.changed)
    label = "Package flytesnacks/development/shop"
    assert f"{label}: dist/shop.tgz is a package itself, and left out of the code" in lines


def test_what_once_was_built_is_no_code_either(folder: Path) -> None:
    """By whatever name an archive of days gone by lies there, on some machines."""
    (folder / "package.py").write_text(COPYING_ALL)
    first = build(folder)[0].sha256
    package = (PACKAGES / "chained.tgz").read_bytes()
    (folder / "flyte-package.tgz").write_bytes(package)
    (folder / "old.tar").write_bytes(gzip.decompress(package))
    assert build(folder)[0].sha256 == first
    (folder / "data.tar.gz").write_bytes(b"no package, and so as good as any code")
    assert build(folder)[0].sha256 != first


def test_packages_are_no_code_of_each_other(folder: Path) -> None:
    """Two of one folder settle as well."""
    (folder / "package.py").write_text(COPYING_ALL)
    other = (folder / "shop.yaml").read_text().replace("shop", "crew")
    write(folder, more=f"---\n{other}")
    first = [built.sha256 for built in build(folder)]
    second = build(folder)
    assert [built.sha256 for built in second] == first
    assert [built.changed for built in second] == [False, False]


def test_what_holds_its_own_pin_is_refused(memory: Any, folder: Path) -> None:
    """Pinned, it would be other code, and so have to be pinned anew, without end."""
    (folder / "package.py").write_text(COPYING_ALL)
    before = (folder / "shop.yaml").read_text()
    with pytest.raises(BuildError, match=r"shop: its code holds shop\.yaml, where a pin"):
        build(folder, push="memory://packages")
    assert not memory.store
    assert (folder / "shop.yaml").read_text() == before
    assert build(folder)


def test_no_archive_tells_which_python_wrote_it(folder: Path) -> None:
    """Neither does one inside of it: not the time, not the system."""
    (folder / "package.py").write_text(COPYING_ALL)
    build(folder)
    content = (folder / "dist/shop.tgz").read_bytes()
    assert content[4:8] == bytes(4)
    assert content[9] == 255
    settings = [
        base64.b64decode(variable.value)
        for member in read_package(folder / "dist/shop.tgz")
        if member.kind is Kind.TASK
        for variable in member.spec.template.container.env
        if variable.key == "_F_SS_C"
    ]
    assert settings
    assert {(one[4:8], one[9]) for one in settings} == {(bytes(4), 255)}


def test_only_what_can_be_pinned_is_built_for_pushing(memory: Any, folder: Path) -> None:
    """Instances of one document are refused before a command runs or anything is uploaded."""
    write(folder, more="forEach: [a, b]\n")
    text = (folder / "shop.yaml").read_text().replace("name: shop", 'name: "shop-${each.key}"')
    (folder / "shop.yaml").write_text(text)
    with pytest.raises(BuildError, match="one document, which can pin only one"):
        build(folder, push="memory://packages")
    assert not (folder / "dist").exists()
    assert not memory.store


def test_a_pin_must_not_leave_the_build_without_a_place(folder: Path) -> None:
    """Once source is a URL, nobody would know where the command writes."""
    write(folder, output="dist/shop.tgz")
    with pytest.raises(BuildError, match="say output under build"):
        build(folder, push="memory://packages")


def test_a_plan_that_builds_takes_no_other_content_than_is_pinned(
    memory: Any, folder: Path
) -> None:
    """What was reviewed is the pin; and what is as pinned need not be fetched."""
    (built,) = build(folder, push="memory://packages")
    assert built.pushed is not None
    memory.store.clear()
    cache = folder / "fresh"
    options = {"environ": os.environ, "log": lambda line: None, "cache": cache}
    build_for_plan(manifests(folder), **options)  # type: ignore[arg-type]
    assert validate(manifests(folder), cache=cache).resources
    write(folder, source=built.pushed.pin, name="chained")
    with pytest.raises(BuildError, match="the manifest pins"):
        build_for_plan(manifests(folder), **options)  # type: ignore[arg-type]


def test_a_package_without_a_build_can_be_pushed(memory: Any, folder: Path) -> None:
    """Packaged elsewhere in the pipeline: it is written anew, put and pinned."""
    (folder / "ready.tgz").write_bytes((PACKAGES / "chained.tgz").read_bytes())
    text = (folder / "shop.yaml").read_text()
    text = text[: text.index("  build:")].replace("dist/shop.tgz", "ready.tgz")
    (folder / "shop.yaml").write_text(text)
    assert build(folder) == ()
    (built,) = build(folder, push="memory://packages/one.tgz")
    assert built.pushed is not None
    assert built.pushed.url == "memory://packages/one.tgz"
