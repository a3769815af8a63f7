"""One document that stands for several."""

from pathlib import Path

import pytest

from tests.manifest.settings import TASK, loaded, refused, workspace

EACH = TASK.replace("name: fetch", 'name: "fetch.${each.key}"')


def names(path: Path) -> list[str]:
    return [manifest.place[-1] for manifest in loaded(path)]


def test_a_list_gives_a_document_an_item(tmp_path: Path) -> None:
    """Named by the item, so that one more at the front renames nothing."""
    path = workspace(tmp_path, "", f"forEach: [eu, us, 3]\n{EACH}")
    assert names(path) == ["fetch.eu", "fetch.us", "fetch.3"]

    path = workspace(tmp_path, "", f"forEach: [ap, eu, us, 3]\n{EACH}")
    assert names(path)[1:] == ["fetch.eu", "fetch.us", "fetch.3"]


def test_a_mapping_gives_each_its_values(tmp_path: Path) -> None:
    """`each.value` has the type it was written with."""
    path = workspace(
        tmp_path, "", "forEach: {eu: {n: 1}, us: {n: 2}}\n" + EACH + "  retries: ${each.value.n}\n"
    )

    assert [(one.place[-1], one.spec.retries) for one in loaded(path)] == [  # type: ignore[attr-defined]
        ("fetch.eu", 1),
        ("fetch.us", 2),
    ]


def test_a_matrix_gives_every_combination(tmp_path: Path) -> None:
    """But those that are excluded."""
    each = (
        "forEach: {matrix: {region: [eu, us], size: [s, l]}, exclude: [{region: us, size: l}]}\n"
    )
    image = "${each.region}/${each.size}"
    path = workspace(tmp_path, "", each + EACH.replace("acme/etl:1", image))

    assert names(path) == ["fetch.eu-s", "fetch.eu-l", "fetch.us-s"]
    assert loaded(path)[1].spec.container.image == "eu/l"  # type: ignore[attr-defined]


def test_a_variable_can_be_what_is_listed(tmp_path: Path) -> None:
    """So that environments differ in what there is."""
    path = workspace(
        tmp_path,
        """\
        variables: {regions: {type: "list[string]", default: [eu]}}
        environments: {production: {variables: {regions: [eu, us]}}}
        """,
        f"forEach: ${{var.regions}}\n{EACH}",
    )

    assert [one.place[-1] for one in loaded(path)] == ["fetch.eu"]
    assert [one.place[-1] for one in loaded(path, "production")] == ["fetch.eu", "fetch.us"]


@pytest.mark.parametrize("each", ["${var.regions}", '{matrix: {region: "${var.regions}"}}'])
def test_a_variable_can_hold_nothing(tmp_path: Path, each: str) -> None:
    """In an environment that has none of it; the others are as they were."""
    path = workspace(
        tmp_path,
        """\
        variables: {regions: {type: "list[string]", default: [eu]}}
        environments: {dev: {variables: {regions: []}}, prod: {}}
        """,
        f"forEach: {each}\n{EACH}---\n{TASK}",
    )

    assert [one.place[-1] for one in loaded(path, "dev")] == ["fetch"]
    assert [one.place[-1] for one in loaded(path, "prod")] == ["fetch.eu", "fetch"]


def test_instances_remember_where_they_were_written(tmp_path: Path) -> None:
    """All of them at the same lines; and a problem says of which instance it is."""
    path = workspace(tmp_path, "", f"forEach: [1, a]\n{EACH}  retries: ${{each.value}}\n")

    assert refused(path) == [
        "m.yaml:7:12: error: spec.retries: expected a whole number, found the text 'a' (forEach a)"
        " [wrong-type]"
    ]


@pytest.mark.parametrize(
    ("each", "message"),
    [
        ("[a, a]", "m.yaml:1:14: error: forEach: a is listed twice"),
        ("[{a: b}]", "a mapping gives no stable name (list texts or numbers, or write a mapping"),
        ("[]", "forEach: nothing is listed"),
        ("5", "expected a list, a mapping or a matrix, found the number 5"),
        ("{matrix: {a: b}}", "the axis a must be a list"),
        ("{matrix: {key: [b]}}", "an axis cannot be named key"),
        ("{matrix: {a: [b]}, exclude: [{b: c}]}", "there is no axis b"),
        ("{matrix: {a: [x-y, x], b: [z, y-z]}}", "two combinations have the key x-y-z"),
        ("{matrix: {a: [x]}, excluded: []}", "beside matrix there can only be exclude"),
        ("${var.x}", "declares no variables"),
    ],
)
def test_what_gives_no_stable_names_is_refused(tmp_path: Path, each: str, message: str) -> None:
    """At the line and column of the mistake."""
    (problem,) = refused(workspace(tmp_path, "", f"forEach: {each}\n{EACH}"))

    assert message in problem


def test_documents_of_one_name_are_refused(tmp_path: Path) -> None:
    """Once, at the forEach, and not once an instance."""
    assert refused(workspace(tmp_path, "", f"forEach: [a, b]\n{TASK}")) == [
        "m.yaml:1:10: error: forEach: all 2 documents would have one name "
        "(put ${each.key} into metadata.name) [for-each]"
    ]


def test_a_matrix_that_explodes_is_refused(tmp_path: Path) -> None:
    """Before it is built."""
    axis = f"[{', '.join(map(str, range(101)))}]"
    each = f"forEach: {{matrix: {{a: {axis}, b: {axis}}}}}\n"

    (problem,) = refused(workspace(tmp_path, "", each + EACH))

    assert "10201 documents are more than 10000" in problem
