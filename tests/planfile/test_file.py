"""A saved plan comes back exactly as it was, or not at all."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.compiler_pb2 import CompiledTask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.model import (
    Action,
    Bundle,
    Change,
    Code,
    CodeFolder,
    Conflict,
    Diagnostic,
    Kind,
    Origin,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Severity,
    Verb,
)
from reconciler.planfile import PlanFileError, SavedPlan, is_plan_file, read_plan, write_plan

HOUSE = Path(__file__).parent.parent.parent
TASK = ResourceId(Kind.TASK, "p", "d", "etl.load", "v1")
SWITCH = ResourceId(Kind.ACTIVATION, "p", "d", "etl")
BUNDLE = Bundle("p", "d", "code", Code("ab" * 32, 3, 4096), CodeFolder("src", ("*.py",)))


def a_plan() -> Plan:
    """A plan with something of everything a plan can hold."""
    compiled, request = CompiledTask(), TaskSpec()
    compiled.template.id.CopyFrom(TASK.to_identifier())
    request.template.custom["numbers"] = [1, 2.5]
    task = Resource(
        TASK,
        spec=compiled,
        request=request,
        origin=Origin("etl.yaml", 3, 1),
        content_addressed=True,
        bundles=(BUNDLE,),
        unsaid=frozenset({"b", "a"}),
    )
    active = Resource(SWITCH, active=("v0",))
    return Plan(
        actions=(
            Action(Verb.UPLOAD, BUNDLE.id, Reason.NEEDED, "not uploaded yet", bundle=BUNDLE),
            Action(
                Verb.CREATE,
                TASK,
                Reason.ABSENT,
                "not in Admin",
                changes=(Change("image", None, {"ü": [1, True]}, sensitive=True),),
                after=task,
                needs=(BUNDLE.id,),
                rewrites=(Resource(TASK, spec=LaunchPlan(), complete=False),),
            ),
            Action(
                Verb.ACTIVATE,
                SWITCH,
                Reason.OTHER_ACTIVE,
                "v0 is active",
                before=active,
                after=Resource(SWITCH, active=("v1",)),
            ),
        ),
        unchanged={Kind.WORKFLOW: 7},
        warnings=(Diagnostic("c", "m", Origin("f", 1), "h", Severity.WARNING),),
    )


def saved(plan: Plan | None = None, **fields: Any) -> SavedPlan:
    defaults: dict[str, Any] = {"endpoint": "flyte:443", "tool_version": "1.0", "nonce": b"n" * 16}
    return SavedPlan(plan or a_plan(), **defaults | fields)


def without_identity(value: Any) -> Any:
    """Resources compare by object; this is everything that is in them."""
    if isinstance(value, Resource):
        return {
            name: without_identity(getattr(value, name)) for name in value.__dataclass_fields__
        }
    if isinstance(value, tuple):
        return tuple(without_identity(item) for item in value)
    if isinstance(value, Plan | Action):
        return {name: without_identity(getattr(value, name)) for name in value.__slots__}
    return value


def test_everything_comes_back(tmp_path: Path) -> None:
    """Actions, preconditions, bundles, changes, warnings: field by field."""
    write_plan(tmp_path / "plan", saved())
    found = read_plan(tmp_path / "plan", tool_version="1.0")
    assert without_identity(found.plan) == without_identity(a_plan())
    assert (found.endpoint, found.nonce) == ("flyte:443", b"n" * 16)
    assert found.digest == saved().digest
    assert is_plan_file(tmp_path / "plan")


def test_two_savings_of_one_plan_are_two_plans() -> None:
    """A saved plan is known by its digest and runs once; the same changes later are another."""
    one = SavedPlan(a_plan(), endpoint="e", tool_version="1")
    other = SavedPlan(a_plan(), endpoint="e", tool_version="1")
    assert one.digest != other.digest


def test_the_digest_is_golden() -> None:
    """It does not change with the versions of what this is built on."""
    assert saved().digest.hex() == (
        "ac0344720637ce7ea9fef56098f9e4c9ce78b4c8a36142abf97c0bd7fa673216"
    )


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It holds what the manifests hold."""
    write_plan(tmp_path / "plan", saved())
    assert (tmp_path / "plan").stat().st_mode & 0o777 == 0o600


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_refused_whole(tmp_path: Path, data: st.DataObject) -> None:
    """One bit anywhere, or cut anywhere, or something behind it."""
    path = tmp_path / "plan"
    write_plan(path, saved())
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.sampled_from(["flip", "cut", "grow"]))
    if damage == "flip":
        bit = 1 << data.draw(st.integers(0, 7))
        changed = content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
    else:
        changed = content[:place] if damage == "cut" else content + b"x"
    path.write_bytes(changed)
    with pytest.raises(PlanFileError):
        read_plan(path, tool_version="1.0")


def test_another_version_is_refused(tmp_path: Path) -> None:
    """What one version planned, another might carry out differently."""
    write_plan(tmp_path / "plan", saved())
    with pytest.raises(PlanFileError, match=r"version 1\.0 .* this is 2\.0"):
        read_plan(tmp_path / "plan", tool_version="2.0")


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    """A manifest, or nothing at all."""
    (tmp_path / "x.yaml").write_text("apiVersion: reconciler/v1\n")
    assert not is_plan_file(tmp_path / "x.yaml")
    assert not is_plan_file(tmp_path / "none")
    for name in ("x.yaml", "none"):
        with pytest.raises(PlanFileError):
            read_plan(tmp_path / name, tool_version="1.0")


def test_a_plan_with_conflicts_is_not_saved(tmp_path: Path) -> None:
    """It could never be applied."""
    conflicting = Plan((), conflicts=(Conflict(TASK, ()),))
    with pytest.raises(PlanFileError, match="conflicts"):
        write_plan(tmp_path / "plan", saved(conflicting))
    assert list(tmp_path.iterdir()) == []


def test_the_generated_module_is_current() -> None:
    """`make protos` would change nothing."""
    spec = importlib.util.spec_from_file_location("generate", HOUSE / "protos" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    for path, text in generator.generate().items():
        assert (HOUSE / path).read_text() == text, path
