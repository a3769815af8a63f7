"""Where values came from."""

from pathlib import Path

import pytest

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest import explain_values, parse_assignment
from reconciler.model import Layer, Provenance
from tests.manifest.settings import TASK, settled, workspace

SPEC = """\
env: [STAGE]
variables:
  n: {type: int, default: 2}
  token: {type: string, sensitive: true}
defaults:
  - match: {kind: Task}
    set: {spec: {retries: "${var.n}", interruptible: true}}
environments:
  production:
    domains: {development: live}
    variables: {n: 4}
    overrides: [{match: {name: fetch}, set: {spec: {interruptible: false}}}]
"""
MANIFEST = TASK.replace(
    '{image: "acme/etl:1"}', '{image: "etl:${env.STAGE}", env: {T: "${var.token}"}}'
)


def explain(folder: Path, id: str = "fetch", field: str = "") -> dict[str, Provenance]:
    path = workspace(folder, SPEC, MANIFEST)
    found = settled(
        path,
        "production",
        environ={"STAGE": "blue"},
        assignments=[parse_assignment("token=hunter2hunter2")],
    )
    (explanation,) = explain_values(found.workspace.paths, id, field, settled=found)
    return {one.path: one for one in explanation.values}


def at(value: Provenance) -> str:
    assert value.origin is not None
    return f"{Path(value.origin.file).name}:{value.origin.line}"


def test_every_value_has_a_layer_and_a_line(tmp_path: Path) -> None:
    """Manifest, default, override, or the environment's own name for a place."""
    values = explain(tmp_path)

    told = {path: (one.value, one.layer, at(one)) for path, one in values.items()}
    assert told == {
        "metadata.project": ("weather", Layer.MANIFEST, "m.yaml:3"),
        "metadata.domain": ("live", Layer.ENVIRONMENT, "reconciler.yaml:15"),
        "metadata.name": ("fetch", Layer.MANIFEST, "m.yaml:3"),
        "spec.container.image": ("etl:blue", Layer.MANIFEST, "m.yaml:5"),
        "spec.container.env.T": ("(sensitive #1)", Layer.MANIFEST, "m.yaml:5"),
        "spec.retries": (4, Layer.DEFAULT, "reconciler.yaml:12"),
        "spec.interruptible": (False, Layer.OVERRIDE, "reconciler.yaml:17"),
    }


def test_a_variable_is_followed_to_where_it_got_its_value(tmp_path: Path) -> None:
    """The scalar as it was written, and what went into it."""
    values = explain(tmp_path)

    retries = values["spec.retries"]
    assert retries.spelled == "${var.n}"
    (ingredient,) = retries.ingredients
    assert ingredient.name == "var.n"
    assert str(ingredient.origin).endswith("reconciler.yaml:16:19")
    assert values["spec.container.image"].spelled == "etl:${env.STAGE}"
    assert str(values["spec.container.env.T"].ingredients[0].origin) == "--var"
    assert values["spec.container.env.T"].sensitive


@pytest.mark.parametrize(
    "id",
    [
        "fetch",
        "weather/live/fetch",
        "Task/weather/live/fetch",
        "task:weather/live/fetch@abc",
    ],
)
def test_a_document_has_several_names(tmp_path: Path, id: str) -> None:
    """As plans, rules and people say it."""
    assert len(explain(tmp_path, id, "spec.retries")) == 1


@pytest.mark.parametrize(
    ("field", "paths"),
    [
        ("spec.container", ["spec.container.image", "spec.container.env.T"]),
        ("container.env.T", ["spec.container.env.T"]),
        ("metadata.domain", ["metadata.domain"]),
        ("timeout", ["spec.timeout"]),
        ("spec.version", ["spec.version"]),
        ("cache.version", ["spec.cache"]),
    ],
)
def test_a_field_may_be_said_shortly(tmp_path: Path, field: str, paths: list[str]) -> None:
    """Without `spec.`; with everything below it; or nobody said it, or what is around it, and the
    language decides."""
    values = explain(tmp_path, field=field)

    assert list(values) == paths
    unsaid = [one for one in values.values() if one.layer is Layer.LANGUAGE]
    assert [one.value for one in unsaid] == {
        "timeout": [None],
        "spec.version": ["auto"],
        "cache.version": [None],
    }.get(field, [])


@pytest.mark.parametrize(
    ("each", "name", "id", "line"),
    [
        ("matrix:\n    a: [x]\n    b: [y]", "${each.b}", "y", "m.yaml:6"),
        ("matrix:\n    a: [x]\n    b: [y]", "${each.key}", "x-y", "m.yaml:4"),
        ("x: 1\n  y: 2", "${each.key}", "y", "m.yaml:5"),
        ("[x, y]", "${each.value}", "y", "m.yaml:3"),
    ],
)
def test_what_is_listed_is_followed_to_its_line(
    tmp_path: Path, each: str, name: str, id: str, line: str
) -> None:
    """Of a matrix the axis, of a mapping the entry, else where it begins."""
    text = TASK.replace("metadata", f"forEach:\n  {each}\nmetadata").replace("fetch", f'"{name}"')
    path = workspace(tmp_path, "", text)
    found = settled(path)

    (explanation,) = explain_values(found.workspace.paths, id, "metadata.name", settled=found)

    (value,) = explanation.values
    (ingredient,) = value.ingredients
    assert ingredient.origin is not None
    assert f"{Path(ingredient.origin.file).name}:{ingredient.origin.line}" == line


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """Documents with the nearest name, and fields."""
    with pytest.raises(ConfigError, match=r"no manifest declares fetsh \(did you mean fetch\?"):
        explain(tmp_path, "fetsh")
    with pytest.raises(ConfigError, match=r"no manifest declares qqq \(there is only fetch\)$"):
        explain(tmp_path, "qqq")
    with pytest.raises(ConfigError, match=r"no field image \(did you mean spec\.container\.image"):
        explain(tmp_path, field="image")
    with pytest.raises(ConfigError, match=r"has no field spec\.retrys$"):
        explain(tmp_path, field="spec.retrys")
    (tmp_path / "bad.yaml").write_text("kind: [")
    with pytest.raises(ManifestError):
        explain_values([tmp_path / "bad.yaml"], "x")


def test_what_a_package_brings_is_said_by_the_package(tmp_path: Path) -> None:
    """No manifest declares its members one by one."""
    package = (
        "---\napiVersion: reconciler/v1\nkind: Package\n"
        "metadata: {project: weather, domain: development, name: code}\nspec: {source: x.tgz}\n"
    )
    path = workspace(tmp_path, "", TASK + package)

    with pytest.raises(ConfigError, match=r"said by it: Package/weather/development/code\)"):
        explain_values([path.parent / "m.yaml"], "member")
