"""Rules: what they find, and how an object is excused from one."""

from pathlib import Path

import pytest

from reconciler.desired import bind, declare
from reconciler.errors import ManifestError
from reconciler.manifest import RULES, load
from reconciler.model import Diagnostic, Severity

HEAD = "apiVersion: reconciler/v1\n"
TARGET = "spec: {container: {image: 'acme/etl:1', command: [x]}}"
SCHEDULED = "  workflow: w\n  schedule: "


def task(spec: str = TARGET, *, lint: str = "") -> str:
    place = f"project: p, domain: d, name: t{f', lint: {lint}' if lint else ''}"
    return f"{HEAD}kind: Task\nmetadata: {{{place}}}\n{spec}"


def workflow(nodes: str = "{t: {task: t}}") -> str:
    return f"""{HEAD}kind: Workflow
metadata: {{project: p, domain: d, name: w}}
spec:
  inputs: {{day: datetime, n: int}}
  nodes: {nodes}
"""


def launch_plan(spec: str, *, lint: str = "") -> str:
    place = f"project: p, domain: d, name: l{f', lint: {lint}' if lint else ''}"
    return f"{HEAD}kind: LaunchPlan\nmetadata: {{{place}}}\nspec:\n{spec}"


def found(folder: Path, *documents: str) -> list[Diagnostic]:
    """Everything that is told of a set, warnings or errors."""
    file = folder / "set.yaml"
    file.write_text("\n---\n".join(documents))
    try:
        return list(bind(declare(load([file])), None).warnings)
    except ManifestError as error:
        return list(error.diagnostics)


def pod(containers: str, more: str = "") -> str:
    return f"spec: {{pod: {{spec: {{containers: {containers}}}{more}}}}}"


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("spec: {container: {image: acme/etl, command: [x]}}", "mutable-image"),
        ("spec: {container: {image: 'host:5000/acme/etl', command: [x]}}", "mutable-image"),
        ("spec: {container: {image: 'acme/etl:latest', command: [x]}}", "mutable-image"),
        ("spec: {container: {image: 'host:5000/etl:1', command: [x]}}", ""),
        ("spec: {container: {image: 'etl@sha256:0', command: [x]}}", ""),
        ("spec: {container: {image: '{{.image.default.fqn}}', command: [x]}}", ""),
        ("spec: {container: {image: 'a:1', env: {DB_PASSWORD: hunter2}}}", "secret-in-env"),
        ("spec: {container: {image: 'a:1', env: {api_key: x}}}", "secret-in-env"),
        ("spec: {container: {image: 'a:1', env: {DB_PASSWORD: '', TOKENS: '5'}}}", ""),
        (
            "spec: {container: {image: 'a:1', env: [{name: A, value: x}, {name: A, value: y}]}}",
            "doubled-env",
        ),
        (
            "spec: {container: {image: 'a:1'}, raw: {container: {config: [{key: a}]}}}",
            "deprecated-field",
        ),
        (pod("[{name: a, image: 'a:1'}]"), "missing-primary-container"),
        (pod("[{name: a, image: 'a:1'}]", ", primaryContainer: b"), "missing-primary-container"),
        (pod("[{name: a, image: 'a:1'}]", ", primaryContainer: a"), ""),
        (pod("[{name: a, image: a}]", ", primaryContainer: a"), "mutable-image"),
        (pod("[{Name: a, IMAGE: a}]", ", primaryContainer: a"), "mutable-image"),
        (
            pod("[{name: a, env: [{name: A_TOKEN, value: x}]}]", ", primaryContainer: a"),
            "secret-in-env",
        ),
    ],
)
def test_tasks(tmp_path: Path, spec: str, code: str) -> None:
    """Images, environments and pods."""
    assert [one.code for one in found(tmp_path, task(spec))] == ([code] if code else [])


@pytest.mark.parametrize(
    ("spec", "codes"),
    [
        (SCHEDULED + "{cron: '0 6 * * *', kickoffInput: day}\n  inputs: {n: 1}", []),
        (
            SCHEDULED + "{cron: '0 0 31 2 *', kickoffInput: day}\n  inputs: {n: 1}",
            [("cron-never-fires", Severity.ERROR)],
        ),
        (
            SCHEDULED + "{rate: {every: 2, unit: hours}}\n  inputs: {n: 1, day: '2026-01-01'}",
            [("rate-drifts", Severity.WARNING)],
        ),
        (
            SCHEDULED + "{cron: '@every 2h', kickoffInput: day}\n  inputs: {n: 1}",
            [("rate-drifts", Severity.WARNING)],
        ),
        (
            "  workflow: w\n  raw: {role: x, authRole: {assumableIamRole: y}}",
            [("deprecated-field", Severity.WARNING)] * 2,
        ),
        ("  workflow: w\n  env: {A_SECRET: x}", [("secret-in-env", Severity.WARNING)]),
        (
            "  workflow: w\n  raw: {entityMetadata: {notifications: [{email: {}}]}}",
            [("bad-notification", Severity.ERROR)],
        ),
        (
            "  workflow: w\n  raw: {entityMetadata: {notifications: "
            "[{phases: [RUNNING], slack: {recipientsEmail: [a]}}]}}",
            [("bad-notification", Severity.ERROR)],
        ),
    ],
)
def test_launch_plans(tmp_path: Path, spec: str, codes: list[tuple[str, Severity]]) -> None:
    """Schedules, and fields that only old clients say."""
    told = found(tmp_path, task(), workflow(), launch_plan(spec))

    assert [(one.code, one.severity) for one in told] == codes


def test_workflows(tmp_path: Path) -> None:
    """Their size, images they override, and tasks that nobody should use any more."""
    nodes = ", ".join(f"n{n}: {{task: t}}" for n in range(101))
    many = f"{{{nodes}}}"
    override = "{t: {task: t, overrides: {image: a}}}"
    old = f"{TARGET[:-1]}, deprecated: use u}}"

    assert [one.code for one in found(tmp_path, task(), workflow(many))] == ["too-many-nodes"]
    assert [one.code for one in found(tmp_path, task(), workflow(override))] == ["mutable-image"]
    (warning,) = found(tmp_path, task(old), workflow())
    assert warning.message == "task t is deprecated: use u"


MUTABLE = "spec: {container: {image: acme/etl, command: [x]}}"
REASON = "{ignore: [{code: mutable-image, reason: built on the spot}]}"


def test_an_object_may_be_excused_for_a_reason(tmp_path: Path) -> None:
    """From this rule and no other; that is no part of its version."""
    assert found(tmp_path, task(MUTABLE, lint=REASON)) == []
    assert [one.code for one in found(tmp_path, task(MUTABLE))] == ["mutable-image"]


def test_an_excuse_for_nothing_is_told(tmp_path: Path) -> None:
    """It would hide what comes later."""
    (warning,) = found(tmp_path, task(lint=REASON))

    assert warning.code == "needless-ignore"
    assert warning.origin
    assert warning.origin.line == 3


def test_nothing_excuses_what_ends_the_scheduler(tmp_path: Path) -> None:
    """A schedule that never comes may be kept, but not be switched on."""
    never = SCHEDULED + "{cron: '0 0 30 2 *', kickoffInput: day}\n  inputs: {n: 1}"
    reason = "{ignore: [{code: cron-never-fires, reason: kept as a reminder}]}"
    set = task(), workflow()

    assert found(tmp_path, *set, launch_plan(never, lint=reason)) == []
    told = found(tmp_path, *set, launch_plan(f"{never}\n  state: active", lint=reason))
    assert [one.code for one in told] == ["cron-never-fires"]
    assert "being active it would end Flyte's whole scheduler" in told[0].message


@pytest.mark.parametrize(
    ("image", "severity", "told"),
    [
        ("acme/etl", "{mutable-image: error}", ["mutable-image: error"]),
        ("acme/etl:1", "{}", []),
        ("acme/etl:1", "{unpinned-image: warning}", ["unpinned-image: warning"]),
        ("acme/etl:1", "{unpinned-image: error}", ["unpinned-image: error"]),
        ("acme/etl@sha256:0", "{unpinned-image: error}", []),
        ("acme/etl", "{rate-drifts: error}", ["mutable-image: warning"]),
    ],
)
def test_an_object_may_be_held_to_rules_more_strictly(
    tmp_path: Path, image: str, severity: str, told: list[str]
) -> None:
    """Digests are wanted only where somebody says so."""
    spec = f"spec: {{container: {{image: '{image}', command: [x]}}}}"

    said = found(tmp_path, task(spec, lint=f"{{severity: {severity}}}"))

    assert [f"{one.code}: {one.severity}" for one in said] == told


def test_what_ends_the_scheduler_stays_an_error(tmp_path: Path) -> None:
    """However grave somebody takes it."""
    never = (
        SCHEDULED + "{cron: '0 0 30 2 *', kickoffInput: day}\n  inputs: {n: 1}\n  state: active"
    )
    lint = "{severity: {cron-never-fires: warning}}"

    (told,) = found(tmp_path, task(), workflow(), launch_plan(never, lint=lint))

    assert told.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("ignore", "message"),
    [
        ("[{code: mutable-images, reason: x}]", "did you mean mutable-image?"),
        ("[{code: mutable-image}]", "lacks reason"),
        ("[{code: mutable-image, reason: ''}]", "must not be empty"),
    ],
)
def test_excuses_are_checked(tmp_path: Path, ignore: str, message: str) -> None:
    """A rule that there is, and a reason."""
    (error,) = found(tmp_path, task(lint=f"{{ignore: {ignore}}}"))

    assert message in str(error)


@pytest.mark.parametrize(
    ("severity", "message"),
    [
        ("{mutable-images: error}", "did you mean mutable-image?"),
        ("{mutable-image: off}", "expected error or warning"),
    ],
)
def test_severities_are_checked(tmp_path: Path, severity: str, message: str) -> None:
    """Nothing is switched off without a reason."""
    (error,) = found(tmp_path, task(lint=f"{{severity: {severity}}}"))

    assert message in str(error)


def test_every_rule_is_in_the_reference() -> None:
    """Each code, in a table of its own."""
    page = (Path(__file__).parents[2] / "docs" / "manifests.md").read_text()

    assert [code for code in RULES if f"| `{code}` |" not in page] == []


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        ("{requests: {cpu: 2}, limits: {cpu: 1}}", "request-above-limit"),
        ("{requests: {CPU: '2'}, limits: {cpu: '1'}}", "request-above-limit"),
        (
            "{requests: {ephemeral-storage: 2Gi}, limits: {ephemeral-storage: 1Gi}}",
            "request-above",
        ),
        ("{requests: {gpu: 1}, limits: {gpu: 2}}", "gpu-differs"),
        ("{requests: {nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 2}}", ""),
        ("{requests: {memory: 1Gi}, limits: {memory: 1Gi}}", ""),
    ],
)
def test_pods_are_held_to_the_rules_of_resources(
    tmp_path: Path, resources: str, code: str
) -> None:
    """As Admin reads them: names in any case, others left alone."""
    spec = pod(f"[{{name: a, image: 'a:1', resources: {resources}}}]", ", primaryContainer: a")

    told = found(tmp_path, task(spec))

    assert [one.code.startswith(code) for one in told] == ([True] if code else [])
