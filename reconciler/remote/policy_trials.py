"""Tests of policies: which files hold some, and what becomes of each."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest import PolicyTest, read_policies, read_policy_tests
from reconciler.model import Diagnostic, Origin, Policy, Trial
from reconciler.policy import NO_DAY, Expected, PolicyCase, run_case, run_rego_tests

Planner = Callable[[Sequence[Path], Sequence[Path]], Mapping[str, Any]]
"""Manifests and what Flyte Admin holds before → the document of the plan."""


def find_policy_tests(paths: Sequence[Path]) -> Sequence[Path]:
    """The files with tests among files and folders: `*_test.yaml`, `*_test.yml`, `*_test.rego`.

    Raises: ConfigError for what is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_file():
            found[path] = None
            continue
        if not path.is_dir():
            raise ConfigError(f"there is no {path}")
        for one in sorted(path.rglob("*_test.*")):
            if one.suffix in (".yaml", ".yml", ".rego") and one.is_file():
                found[one] = None
    return list(found)


def run_policy_tests(files: Sequence[Path], *, planned: Planner) -> Iterator[Trial]:
    """Run every test of some files, in order.

    Args:
        planned: Plans the manifests of cases that give no plan.

    Raises: ManifestError for a file, or a policy, that cannot be read.
    """
    for file in files:
        if file.suffix == ".rego":
            yield from _in_rego(file)
        else:
            for test in read_policy_tests(file):
                yield from _in_yaml(file, test, planned)


def _in_rego(file: Path) -> Iterator[Trial]:
    tested = file.with_name(file.stem.removesuffix("_test") + ".rego")
    others = [one for one in sorted(file.parent.glob("*.rego")) if not _is_test(one)]
    if tested not in others:
        message = f"there is no {tested} which it could test"
        raise ManifestError([Diagnostic("missing-file", message, Origin(str(file)))])
    policy = Policy(
        name=tested.stem.replace("_", "-"),
        engine="rego",
        source=tested.read_text(encoding="utf-8"),
        origin=Origin(str(tested), 1),
        modules=tuple(
            (str(one), one.read_text(encoding="utf-8")) for one in others if one != tested
        ),
    )
    yield from run_rego_tests(policy, [(str(file), file.read_text(encoding="utf-8"))])


def _in_yaml(file: Path, test: PolicyTest, planned: Planner) -> Iterator[Trial]:
    policies = _policies(file, test)
    for at, case in enumerate(test.spec.cases):
        origin = test.origin_of("spec", "cases", at, "name")
        if case.plan is not None:
            document: Mapping[str, Any] = case.plan
        elif case.plan_file is not None:
            document = read_plan_document(file.parent / case.plan_file)
        else:
            document = planned(
                [file.parent / one for one in case.manifests],
                [file.parent / one for one in case.admin],
            )
        environment = test.spec.environment if case.environment is None else case.environment
        now = case.now or test.spec.now
        yield run_case(
            policies,
            PolicyCase(
                name=case.name,
                document=document,
                expected=[
                    Expected(
                        policy=one.policy,
                        ruling=one.ruling or "",
                        object=one.object,
                        message=one.message,
                    )
                    for one in case.expect
                ],
                origin=origin,
                environment=environment,
                params={**test.spec.with_, **case.with_},
                now=now or NO_DAY,
            ),
        )


def read_plan_document(path: Path) -> Mapping[str, Any]:
    """The JSON of a plan, as `plan --json` or `policy input` printed it.

    Raises: ConfigError for a file that holds none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("actions"), list):
        raise ConfigError(f"{path} is no plan: write one with `reconciler policy input`")
    return document


def _policies(file: Path, test: PolicyTest) -> Sequence[Policy]:
    problems: list[Diagnostic] = []
    stem = file.stem.removesuffix("_test")
    beside = [file.with_name(f"{stem}{suffix}") for suffix in (".yaml", ".yml", ".rego")]
    paths = [file.parent / one for one in test.spec.policies]
    if not paths:
        paths = [one for one in beside if one.is_file()] or [beside[0]]
    found = [one for path in paths for one in read_policies(path, problems, at=test.origin)]
    if problems:
        raise ManifestError(problems)
    return found


def _is_test(file: Path) -> bool:
    return file.stem.endswith("_test")
