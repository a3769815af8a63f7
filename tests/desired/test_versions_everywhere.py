"""A version is the same in every environment, however that calls projects and domains."""

import json
from pathlib import Path

import pytest

from reconciler.desired import bind, declare
from reconciler.desired.entity import Entity
from reconciler.model import DesiredState, Kind
from tests.desired.test_bind import HEAD
from tests.manifest.settings import loaded

REFERENCES = Path(__file__).parent / "packages" / "references.tgz"
PLACE = "metadata: {{project: {project}, domain: {domain}, name: {name}}}\n"
ENVIRONMENTS = {
    "dev": "{}",
    "production": "{domains: {development: production}}",
    "staging": "{domains: {development: staging}, projects: {shared: shared-staging}}",
    "renamed": "{projects: {weather: w, shared: s}, domains: {development: d}}",
    "swapped": "{projects: {weather: shared, shared: weather}}",
}


def document(kind: str, name: str, spec: str, *, project: str = "weather") -> str:
    where = PLACE.format(project=project, domain="development", name=name)
    return f"{HEAD}kind: {kind}\n{where}spec: {spec}\n"


TASK = '{container: {image: "acme/etl:1", command: [run]}}'
SHARED = [
    document("Task", "fetch", TASK, project="shared"),
    document("Workflow", "inner", "{nodes: {fetch: {task: fetch}}}", project="shared"),
    document("LaunchPlan", "inner", "{workflow: inner}", project="shared"),
]
OURS = [
    document("Task", "report", TASK),
    document("Workflow", "own", "{nodes: {report: {task: report}}}"),
    document(
        "Workflow",
        "outer",
        "{nodes: {fetch: {task: {name: fetch, project: shared}}, report: {task: report}, "
        "inner: {workflow: {name: inner, project: shared}}, "
        "plan: {launchPlan: {name: inner, project: shared, domain: development}}}}",
    ),
    document("LaunchPlan", "daily", "{workflow: outer}"),
    document("LaunchPlan", "theirs", "{workflow: {name: inner, project: shared}}"),
    document(
        "Workflow", "raw", "{raw: {nodes: [{id: n, taskNode: {referenceId: {name: report}}}]}}"
    ),
]


def declared(folder: Path, environment: str, documents: list[str]) -> tuple[Entity, ...]:
    folder.mkdir(exist_ok=True)
    (folder / "m.yaml").write_text("---\n".join(documents))
    lines = "\n".join(f"    {name}: {said}" for name, said in ENVIRONMENTS.items())
    (folder / "reconciler.yaml").write_text(
        f"{HEAD}kind: Workspace\nmetadata: {{name: weather}}\n"
        f"spec:\n  manifests: [m.yaml]\n  environments:\n{lines}\n"
    )
    return declare(loaded(folder / "reconciler.yaml", environment)).entities


def bound(folder: Path, environment: str, documents: list[str]) -> DesiredState:
    declared(folder, environment, documents)
    return bind(declare(loaded(folder / "reconciler.yaml", environment)), None)


def versions(state: DesiredState) -> dict[tuple[Kind, str], str]:
    return {(id.kind, id.name): id.version for id in state.resources if id.kind.versioned}


@pytest.mark.parametrize("environment", list(ENVIRONMENTS)[1:])
def test_versions_do_not_know_the_environment(tmp_path: Path, environment: str) -> None:
    """What is elsewhere is referred to in the manifest's own words; its place is a reference's."""
    first = bound(tmp_path / "a", "dev", [*SHARED, *OURS])
    other = bound(tmp_path / "b", environment, [*SHARED, *OURS])

    assert versions(other) == versions(first)


def test_it_counts_where_what_is_referred_to_is_said_to_be(tmp_path: Path) -> None:
    """Another project's task is another task, even if an environment calls both the same."""
    twin = document("Task", "fetch", TASK)
    near = document("Workflow", "flow", "{nodes: {fetch: {task: fetch}}}")
    far = document("Workflow", "flow", "{nodes: {fetch: {task: {name: fetch, project: shared}}}}")
    own = document("Workflow", "flow", "{nodes: {fetch: {task: {name: fetch, project: weather}}}}")

    found = [
        versions(bound(tmp_path / name, environment, [SHARED[0], twin, flow]))[
            (Kind.WORKFLOW, "flow")
        ]
        for name, environment, flow in (
            ("near", "dev", near),
            ("far", "dev", far),
            ("own", "renamed", own),
            ("other", "swapped", far),
        )
    ]

    assert found[0] == found[2] != found[1] == found[3]


def test_a_domain_that_is_named_stays_named(tmp_path: Path) -> None:
    """What is taken from production everywhere is no other thing in production itself."""
    flow = "{nodes: {fetch: {task: {name: fetch, domain: production}}}}"
    documents = [
        document("Task", "fetch", '{version: v1, container: {image: "acme/etl:1"}}').replace(
            "domain: development", "domain: production"
        ),
        document("Workflow", "flow", flow),
    ]

    assert versions(bound(tmp_path / "a", "dev", documents)) == versions(
        bound(tmp_path / "b", "production", documents)
    )


@pytest.mark.parametrize("environment", list(ENVIRONMENTS)[1:])
def test_references_of_packages_are_sent_to_what_the_manifest_says(
    tmp_path: Path, environment: str
) -> None:
    """To another place in every environment, and yet the package is the same version."""
    where = {"project": "shared", "domain": "development", "version": "2"}
    spec = {"source": str(REFERENCES), "overrides": {"references": {"*": where}}}
    package = document("Package", "all", json.dumps(spec))

    first = declared(tmp_path / "a", "dev", [package])
    other = declared(tmp_path / "b", environment, [package])

    assert {one.version for one in other} == {one.version for one in first}
    elsewhere = [pointer for one in other for pointer in one.pointers if pointer.exact]
    assert {pointer.said_in for pointer in elsewhere} == {("shared", "development")}
    assert {pointer.place.project for pointer in elsewhere} == {
        {"staging": "shared-staging", "renamed": "s", "swapped": "weather"}.get(
            environment, "shared"
        )
    }
