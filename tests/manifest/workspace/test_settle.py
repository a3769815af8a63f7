"""Which value counts, which environment, and what is known in it."""

from pathlib import Path

import pytest

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest import (
    Assignment,
    choose_environments,
    load_workspace,
    parse_assignment,
    read_assignments,
    settle,
)
from tests.manifest.settings import TASK, loaded, refused, settled, workspace

VARIABLES = """\
variables: {n: {type: int, default: 1}}
environments: {dev: {variables: {n: 3}}, prod: {}}
"""


def value(path: Path, environment: str = "", *given: Assignment, **environ: str) -> object:
    found = settled(path, environment, environ=environ, assignments=given)
    return found.setting.known.values["var"]["n"]


def test_the_last_value_given_counts(tmp_path: Path) -> None:
    """Default, process environment, workspace environment, command line in its order."""
    path = workspace(tmp_path, VARIABLES)
    four, five = parse_assignment("n=4"), parse_assignment("n=5")

    assert value(path) == 1
    assert value(path, "prod") == 1
    assert value(path, RECONCILER_VAR_n="2") == 2
    assert value(path, "dev", RECONCILER_VAR_n="2") == 3
    assert value(path, "dev", four, five) == 5
    assert value(path, "dev", five, four) == 4


def test_a_file_of_values_is_yaml_or_json(tmp_path: Path) -> None:
    """Its values have types already."""
    path = workspace(tmp_path, VARIABLES)
    (tmp_path / "v.json").write_text('{"n": 8}')
    (tmp_path / "v.yaml").write_text("n: '8'\n")

    assert value(path, "", *read_assignments(tmp_path / "v.json")) == 8
    assert refused(path, assignments=read_assignments(tmp_path / "v.yaml")) == [
        "v.yaml:1:4: error: variable n: expected a whole number, found the text '8' "
        "[invalid-variable]"
    ]
    (tmp_path / "v.yaml").write_text("- n\n")
    with pytest.raises(ManifestError, match="expected a mapping"):
        read_assignments(tmp_path / "v.yaml")
    with pytest.raises(ManifestError, match="cannot be read"):
        read_assignments(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="name=value"):
        parse_assignment("n")


def test_every_variable_needs_a_value(tmp_path: Path) -> None:
    """All that lack one are told, with the ways to give it."""
    path = workspace(tmp_path, "variables: {n: int, m: {type: string, required: true}}")

    assert refused(path, assignments=[parse_assignment("x=1")]) == [
        "--var: error: there is no variable x (there are n, m) [unknown-variable]",
        "reconciler.yaml:6:15: error: the variable n has no value (give one by --var n=…, "
        "RECONCILER_VAR_n, a --var-file or a default) [unset-variable]",
        "reconciler.yaml:6:23: error: the variable m has no value (give one by --var m=…, "
        "RECONCILER_VAR_m, a --var-file or a default) [unset-variable]",
    ]


def test_only_listed_environment_variables_can_be_read(tmp_path: Path) -> None:
    """What is listed and not set needs a default."""
    spec = "env: [A, {name: B, default: b}, C]"
    environ = {"A": "1", "SECRET": "x"}
    path = workspace(tmp_path, spec, TASK.replace("acme/etl:1", "${env.A}${env.B}"))
    (task,) = loaded(path, environ=environ)
    assert task.spec.container.image == "1b"  # type: ignore[attr-defined]

    path = workspace(tmp_path, spec, TASK.replace("acme/etl:1", "${env.SECRET}"))
    assert "${env.SECRET} names nothing" in refused(path, environ=environ)[0]

    path = workspace(tmp_path, spec, TASK.replace("acme/etl:1", "${env.C}"))
    assert "it is not set, and has no default" in refused(path, environ=environ)[0]


def test_the_workspace_itself_may_refer_to_the_environment(tmp_path: Path) -> None:
    """In values of variables and in the endpoint."""
    path = workspace(
        tmp_path,
        """\
        env: [COMMIT, HOST]
        variables: {tag: {type: string, default: "v-${env.COMMIT}"}}
        admin: {endpoint: "dns:///${env.HOST}"}
        """,
        TASK.replace("acme/etl:1", "x:${var.tag}"),
    )
    environ = {"COMMIT": "abc", "HOST": "flyte.example.com"}

    (task,) = loaded(path, environ=environ)

    assert task.spec.container.image == "x:v-abc"  # type: ignore[attr-defined]
    admin = settled(path, environ=environ).admin
    assert admin is not None
    assert admin.endpoint == "dns:///flyte.example.com"
    assert "it is not set" in refused(path, environ={"HOST": "x"})[0]


def test_an_environment_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    """Unless one is the default; nobody plans against a Flyte they did not name."""
    plain = load_workspace(workspace(tmp_path))
    assert choose_environments(plain, []) == ("",)
    with pytest.raises(ConfigError, match="has no environment dev"):
        choose_environments(plain, ["dev"])

    several = load_workspace(workspace(tmp_path, VARIABLES))
    assert choose_environments(several, ["prod", "dev", "prod"]) == ("prod", "dev")
    with pytest.raises(ConfigError, match="name one by -e: dev, prod"):
        choose_environments(several, [])
    with pytest.raises(ConfigError, match=r"no environment prdo \(did you mean prod\?"):
        choose_environments(several, ["prdo"])

    default = load_workspace(workspace(tmp_path, VARIABLES + "defaultEnvironment: dev\n"))
    assert choose_environments(default, []) == ("dev",)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("environments: {dev: {variables: {n: 3}}}", "there is no variable n"),
        ("defaultEnvironment: dev", "there is no environment dev"),
        ("scopes: [a/b/c]", "is no scope; write project/domain"),
        ("environments: {5a: {}}", "is no name"),
        ("images: {a: {tag: b, build: {command: [x], inputs: [y]}}}", "one of tag and build"),
        ("images: {a: {tag: b, repository: c}}", "repository and build go together"),
        ("env: [5]", "expected a name, or a mapping"),
    ],
)
def test_what_can_mean_nothing_is_refused(tmp_path: Path, spec: str, message: str) -> None:
    """As in manifests, with its place."""
    (problem,) = refused(workspace(tmp_path, spec))

    assert message in problem
    assert problem.startswith("reconciler.yaml:6:")


SECRETS = """\
variables:
  first: {type: "list[string]", sensitive: true}
  open: string
  second: {type: string, sensitive: true}
env: [{name: TOKEN, sensitive: true}, {name: REGION}]
"""


def test_secrets_are_known_by_who_gives_them(tmp_path: Path) -> None:
    """In the order in which they are numbered; all the texts of a value together."""
    environ = {
        "RECONCILER_VAR_first": "[aaaa, bbbb]",
        "RECONCILER_VAR_open": "open",
        "RECONCILER_VAR_second": "cccc",
        "TOKEN": "dddd",
        "REGION": "eu-1",
    }
    found = settled(workspace(tmp_path, SECRETS), environ=environ)

    assert list(found.secrets.items()) == [
        ("var.first", ("aaaa", "bbbb")),
        ("var.second", ("cccc",)),
        ("env.TOKEN", ("dddd",)),
    ]
    assert found.sensitive.values == ("aaaa", "bbbb", "cccc", "dddd")


def test_what_is_not_needed_may_have_no_value(tmp_path: Path) -> None:
    """Whoever applies a saved plan needs few of the values that it was made with."""
    path = workspace(tmp_path, SECRETS)
    given = {"RECONCILER_VAR_second": "cccc"}
    found = settle(load_workspace(path), environ=given, needed={"second"})

    assert list(found.secrets) == ["var.second"]
    with pytest.raises(ManifestError, match="the variable second has no value"):
        settle(load_workspace(path), environ={}, needed={"second"})


def test_sensitive_values_are_in_no_problem(tmp_path: Path) -> None:
    """Whoever finds fault with them, and however they are spelled."""
    path = workspace(
        tmp_path,
        "variables: {s: {type: string, sensitive: true}}",
        TASK.replace("acme/etl:1", "x") + '  retries: "${var.s}"\n  timeout: "${var.s} s"\n',
    )
    given = [parse_assignment("s=hunter2-hunter2")]

    found = refused(path, assignments=given)

    assert len(found) == 2
    assert "hunter2" not in "".join(found)
