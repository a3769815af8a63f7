"""Folders of code, ignore files, and what manifests say of bundles and packages, made wrong."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from reconciler.desired.package import read_package
from reconciler.manifest import load
from reconciler.model import Kind
from tests.fuzz.bounds import Judge
from tests.fuzz.family import Family
from tests.fuzz.manifests import as_yaml
from tests.fuzz.mutations import ODD_TEXTS, Draw, change_value, pick
from tests.fuzz.packages import ARCHIVES
from tests.fuzz.stages import drawn, planned

_ABOUT = {"project": "flytesnacks", "domain": "development"}
BUNDLE: dict[str, Any] = {
    "apiVersion": "reconciler/v1",
    "kind": "CodeBundle",
    "metadata": {**_ABOUT, "name": "code", "lint": {"ignore": []}},
    "spec": {
        "source": "src",
        "include": ["*.py", "/conf/", "**/data/*.[jy]*"],
        "exclude": ["*_test.py", "a/**/b", "!keep.py"],
        "ignoreFiles": [".gitignore", ".dockerignore", ".flyteignore"],
        "destination": "/root",
        "maxSize": "10MB",
    },
}
TASK: dict[str, Any] = {
    "apiVersion": "reconciler/v1",
    "kind": "Task",
    "metadata": {**_ABOUT, "name": "run"},
    "spec": {
        "bundle": "code",
        "container": {"image": "x:1", "args": ["pyflyte-execute", "--resolver", "r", "--"]},
    },
}
_SCHEDULES = next(path for path in ARCHIVES if path.name == "schedules.tgz")
_PLANS = [one.name for one in read_package(_SCHEDULES) if one.kind is Kind.LAUNCH_PLAN]
PACKAGE: dict[str, Any] = {
    "apiVersion": "reconciler/v1",
    "kind": "Package",
    "metadata": {**_ABOUT, "name": "code"},
    "spec": {
        "source": "package.tgz",
        "versions": "perEntity",
        "activation": {_PLANS[0]: "active", _PLANS[1]: "inactive"},
        "destination": "/root",
        "overrides": {
            "launchPlans": {
                "*": {"labels": {"a": "b"}, "runAs": {"iamRole": "r"}, "maxParallelism": 3},
                _PLANS[0]: {
                    "schedule": {"cron": "0 6 * * *", "kickoffInput": "when"},
                    "notifications": [{"phases": ["failed"], "email": ["a@example.com"]}],
                    "outputLocation": "s3://b/p",
                },
                _PLANS[1]: {"unscheduled": True, "annotations": {"c": "d"}},
            },
            "tasks": {"*": {"image": "new:1", "tags": {"a": "b"}}},
            "images": {"ghcr.io/acme/app:1": "new:2"},
        },
        "build": {"command": ["make", "{output}"], "env": {"A": "b"}, "output": "package.tgz"},
    },
}
_LINES = (
    *("*.py", "!*.py", "/conf", "conf/", "**", "**/", "/**", "a/**/b", "!", "/", "//", "#", "\\#"),
    *("[", "[]", "[!a]", "[z-a]", "[[:alpha:]]", "[[:nope:]]", "\\", "a\\", "{a,b}", "*" * 200),
    *("*a" * 60 + "b", "**/a" * 40, "[a-z]*" * 40, "../x", "!../x", " a ", "\ta", "a\r", "é"),
    *(
        "a{99999999999}",
        "(" * 300,
        "?" * 300,
        "\xff",
        "a/b/c/d/e/f",
        "!.gitignore",
        ".dockerignore",
    ),
)
_NAMES = (
    *(
        "a.py",
        "keep.py",
        "conf/x.yaml",
        "data/x.json",
        "a/b",
        "a/c/b",
        "é.py",
        "a b.py",
        "\udcff.py",
    ),
    *("a" * 200, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ".hidden", "a\nb.py", "x/.gitignore"),
)


_TARGETS = ("..", "a", "a.py", ".", "link", "/etc", "nothing", "../m.yaml")


@dataclass(frozen=True, slots=True)
class Code:
    """Files of a folder, links in it, and the documents about it."""

    files: dict[str, bytes]
    links: dict[str, str]
    documents: list[Any]


@st.composite
def _wrong_code(draw: Draw) -> Code:
    files = {pick(draw, _NAMES): b"x" * draw(st.integers(0, 9)) for _ in range(6)}
    for name in (".gitignore", ".dockerignore", ".flyteignore", "a/.gitignore"):
        if draw(st.booleans()):
            lines = [pick(draw, _LINES + ODD_TEXTS) for _ in range(draw(st.integers(0, 5)))]
            files[name] = "\n".join(lines).encode("utf-8", "surrogateescape")
            if not draw(st.integers(0, 9)):
                files[name] += b"\xff\xfe\n\x00"
    links = {}
    for name in ("link", "a/link"):
        if draw(st.booleans()):
            links[name] = pick(
                draw, ("..", "a", "a.py", ".", "link", "/etc", "nothing", "../m.yaml")
            )
    bundle = change_value(draw, BUNDLE, [BUNDLE, PACKAGE]) if draw(st.booleans()) else BUNDLE
    if draw(st.booleans()) and isinstance(bundle.get("spec"), dict):
        key = draw(st.sampled_from(["include", "exclude"]))
        bundle = {**bundle, "spec": {**bundle["spec"], key: [pick(draw, _LINES), "a"]}}
    return Code(files, links, [bundle, TASK])


@st.composite
def _wrong_specs(draw: Draw) -> bytes:
    return as_yaml([change_value(draw, PACKAGE, [PACKAGE, BUNDLE])])


def _code_is_judged(judge: Judge, code: Code, folder: Path) -> None:
    source = folder / "src"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    for name, content in code.files.items():
        path = source / name
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
        if path.parent.is_dir() and not path.is_dir():
            path.write_bytes(content)
    for name, target in code.links.items():
        if (source / name).parent.is_dir():
            os.symlink(target, source / name)
    _is_judged(judge, as_yaml(code.documents), folder)


def _spec_is_judged(judge: Judge, content: bytes, folder: Path) -> None:
    shutil.copyfile(_SCHEDULES, folder / "package.tgz")
    _is_judged(judge, content, folder)


def _is_judged(judge: Judge, content: bytes, folder: Path) -> None:
    file = folder / "m.yaml"
    file.write_bytes(content)
    judge.judged(lambda: planned(load([file])))
    judge.judged(lambda: drawn(load([file])))


FAMILIES = (
    Family("code", _wrong_code(), _code_is_judged, few=40, many=5_000),
    Family("package-specs", _wrong_specs(), _spec_is_judged, few=40, many=5_000),
)
