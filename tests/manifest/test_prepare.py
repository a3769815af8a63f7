"""Where the environment has a document, and whether the workspace may touch it."""

from pathlib import Path

import pytest

from reconciler.manifest import LaunchPlan
from tests.manifest.settings import TASK, loaded, refused, workspace

PROJECT = "{apiVersion: reconciler/v1, kind: Project, metadata: {name: weather}}\n"
DOMAIN = (
    "{apiVersion: reconciler/v1, kind: Domain, metadata: {project: weather, name: development}}\n"
)
PLAN = """\
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: weather, domain: development, name: daily}
spec:
  workflow: {name: daily, project: weather, domain: development}
"""


def test_an_environment_maps_places_wherever_they_are_named(tmp_path: Path) -> None:
    """Of documents, of projects and domains themselves, and of references."""
    path = workspace(
        tmp_path,
        "environments: {p: {projects: {weather: wetter}, domains: {development: production}}}",
        "---\n".join([TASK, PROJECT, DOMAIN, PLAN]),
    )

    found = loaded(path, "p")

    assert [one.place for one in found] == [
        ("wetter", "production", "fetch"),
        ("wetter",),
        ("wetter", "production"),
        ("wetter", "production", "daily"),
    ]
    plan = found[3]
    assert isinstance(plan, LaunchPlan)
    assert plan.spec.workflow is not None
    assert (plan.spec.workflow.project, plan.spec.workflow.domain) == ("wetter", "production")


@pytest.mark.parametrize(
    ("scopes", "problems"),
    [
        ("[weather]", 0),
        ("['weather/*']", 0),
        ("['we*/**', other/staging]", 0),
        ("['we*/development']", 1),
        ("[other, weather/development]", 1),
        ("[weather/production]", 3),
        ("[other]", 3),
    ],
)
def test_nothing_outside_of_the_scopes_is_touched(
    tmp_path: Path, scopes: str, problems: int
) -> None:
    """A project and every domain, or some; what is said of a project is about all of them."""
    path = workspace(tmp_path, f"scopes: {scopes}", "---\n".join([TASK, PROJECT, DOMAIN]))

    if not problems:
        assert len(loaded(path)) == 3
        return
    found = refused(path)
    assert len(found) == problems
    assert "project weather, with all of its domains, is outside of what" in "".join(found)
    if problems == 3:
        assert found[0].startswith(
            "m.yaml:3:21: error: weather/development is outside of what this workspace may touch "
            "(its scopes are "
        )


def test_scopes_are_checked_before_anything_else(tmp_path: Path) -> None:
    """A document outside is told for that alone, whatever else is wrong with it."""
    path = workspace(tmp_path, "scopes: [other]", TASK + "  retrys: 1\n")

    (problem,) = refused(path)

    assert "[out-of-scope]" in problem


def test_scopes_see_where_the_environment_has_it(tmp_path: Path) -> None:
    """A mapping cannot lead out of what may be touched; an environment may have its own scopes."""
    path = workspace(
        tmp_path,
        """\
        scopes: [weather/development]
        environments:
          p: {domains: {development: production}}
          q: {domains: {development: production}, scopes: [weather/production]}
        """,
    )

    assert "weather/production is outside" in refused(path, "p")[0]
    assert len(loaded(path, "q")) == 1
