"""Attributes as Admin holds them, said in a manifest's words and understood again."""

from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from google.protobuf.json_format import ParseDict
from hypothesis import event, given, settings
from hypothesis import strategies as st

from reconciler.desired import bind, declare, in_words, manifests_of
from reconciler.errors import ManifestError
from reconciler.manifest import AttributeFile, load, to_yaml
from reconciler.model import Kind, Origin, normalised
from tests.desired.test_attributes import EVERYTHING, a_domain, indented, rows
from tests.desired.test_bind import Set

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
QUANTITY = st.sampled_from(["", "1", "500m", "-1", "lots", "1.5Gi"])
AMOUNTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("cpu", "gpu", "memory", "storage", "ephemeralStorage"), QUANTITY)
)
SECRET = st.fixed_dictionaries(
    {},
    optional={
        "group": TEXT,
        "key": TEXT,
        "groupVersion": TEXT,
        "mountRequirement": st.sampled_from(["ANY", "ENV_VAR", "FILE"]),
        "envVar": TEXT,
    },
)
CLIENT = st.fixed_dictionaries({}, optional={"clientId": TEXT, "clientSecret": SECRET})
LABELS = st.fixed_dictionaries(
    {}, optional={"values": st.dictionaries(st.sampled_from(["team", "a b", ""]), TEXT)}
)
JSON = st.dictionaries(TEXT, st.none() | st.booleans() | st.integers(-9, 9) | TEXT, max_size=2)
ENVIRONMENT = (
    st.fixed_dictionaries(
        {},
        optional={"name": TEXT, "type": TEXT, "version": TEXT},
    )
    | st.fixed_dictionaries({"spec": JSON})
    | st.fixed_dictionaries({"extant": JSON})
)
MESSAGES = st.one_of(
    st.fixed_dictionaries(
        {
            "taskResourceAttributes": st.fixed_dictionaries(
                {}, optional={"defaults": AMOUNTS, "limits": AMOUNTS}
            )
        }
    ),
    st.fixed_dictionaries(
        {
            "clusterResourceAttributes": st.fixed_dictionaries(
                {"attributes": st.dictionaries(TEXT, TEXT, max_size=3)}
            )
        }
    ),
    st.fixed_dictionaries(
        {"executionQueueAttributes": st.fixed_dictionaries({"tags": st.lists(TEXT, max_size=3)})}
    ),
    st.fixed_dictionaries({"executionClusterLabel": st.fixed_dictionaries({"value": TEXT})}),
    st.fixed_dictionaries({"clusterAssignment": st.fixed_dictionaries({"clusterPoolName": TEXT})}),
    st.fixed_dictionaries(
        {
            "pluginOverrides": st.fixed_dictionaries(
                {
                    "overrides": st.lists(
                        st.fixed_dictionaries(
                            {
                                "taskType": st.sampled_from(["spark", "ray", "raw", "absent"]),
                                "pluginId": st.lists(TEXT, max_size=2),
                                "missingPluginBehavior": st.sampled_from(["FAIL", "USE_DEFAULT"]),
                            }
                        ),
                        max_size=3,
                        unique_by=lambda one: one["taskType"],
                    )
                }
            )
        }
    ),
    st.fixed_dictionaries(
        {
            "workflowExecutionConfig": st.fixed_dictionaries(
                {},
                optional={
                    "maxParallelism": st.sampled_from([-1, 0, 25]),
                    "securityContext": st.fixed_dictionaries(
                        {},
                        optional={
                            "runAs": st.fixed_dictionaries(
                                {},
                                optional={
                                    "iamRole": TEXT,
                                    "k8sServiceAccount": TEXT,
                                    "executionIdentity": TEXT,
                                    "oauth2Client": CLIENT,
                                },
                            ),
                            "secrets": st.lists(SECRET, max_size=2),
                            "tokens": st.lists(
                                st.fixed_dictionaries({"name": TEXT, "client": CLIENT}),
                                max_size=1,
                            ),
                        },
                    ),
                    "rawOutputDataConfig": st.fixed_dictionaries(
                        {}, optional={"outputLocationPrefix": TEXT}
                    ),
                    "labels": LABELS,
                    "annotations": LABELS,
                    "interruptible": st.booleans(),
                    "overwriteCache": st.booleans(),
                    "envs": st.fixed_dictionaries(
                        {
                            "values": st.lists(
                                st.fixed_dictionaries(
                                    {"key": st.sampled_from(["A", "B", ""]), "value": TEXT}
                                ),
                                max_size=3,
                            )
                        }
                    ),
                    "executionEnvAssignments": st.lists(
                        st.fixed_dictionaries(
                            {},
                            optional={
                                "nodeIds": st.lists(TEXT, max_size=2),
                                "taskType": TEXT,
                                "executionEnv": ENVIRONMENT,
                            },
                        ),
                        max_size=2,
                    ),
                },
            )
        }
    ),
)


def understood(folder: Path, facet: str, words: Any) -> MatchingAttributes:
    """What a file means in which these words stand as YAML."""
    document = {
        "apiVersion": "reconciler/v1",
        "kind": "Domain",
        "metadata": {"project": "p", "name": "d"},
        "spec": {"attributes": {facet: words}},
    }
    file = folder / "domain.yaml"
    file.write_text(to_yaml([document]), encoding="utf-8")
    desired = bind(declare(load([file])), None)
    (row,) = (one for one in desired if one.id.kind is Kind.ATTRIBUTES)
    assert isinstance(row.spec, MatchingAttributes)
    return row.spec


@settings(max_examples=250, deadline=None, derandomize=True)
@given(MESSAGES)
def test_any_attributes_are_said_and_understood(
    tmp_path_factory: pytest.TempPathFactory, message: dict[str, Any]
) -> None:
    """Exactly, through YAML and back, raw where words do not do; or not at all."""
    attributes = ParseDict(message, MatchingAttributes())
    try:
        facet, words = in_words(attributes)
    except ValueError:
        event("cannot be said")
        return
    event("raw" if "raw" in words and facet != "pluginOverrides" else "in words")
    folder = tmp_path_factory.getbasetemp()
    assert understood(folder, facet, words) == normalised(attributes)


def test_everything_has_words(tmp_path: Path) -> None:
    """Nothing of what the language can say comes back raw."""
    desired = Set(tmp_path, a_domain(f"attributes:\n{indented(EVERYTHING)}")).bind()
    for row in rows(desired).values():
        assert isinstance(row.spec, MatchingAttributes)
        facet, words = in_words(row.spec)
        assert facet == row.id.facet
        assert "raw" not in words
        assert understood(tmp_path, facet, words) == row.spec


def a_file(project: str, domain: str = "", workflow: str = "", **message: Any) -> AttributeFile:
    attributes = ParseDict(message, MatchingAttributes())
    return AttributeFile(project, domain, workflow, attributes, Origin(f"{project}.yaml", 1, 1))


def test_files_of_one_place_share_a_document() -> None:
    """Projects first, then domains; workflows stand in theirs."""
    label = {"value": "gpu"}
    documents = manifests_of(
        [
            a_file("p", "d", "w", executionClusterLabel=label),
            a_file("p", executionClusterLabel=label),
            a_file("p", "d", executionQueueAttributes={"tags": ["a"]}),
            a_file("p", "d", executionClusterLabel=label),
        ]
    )
    assert [(one["kind"], one["metadata"], one["spec"]) for one in documents] == [
        ("Project", {"name": "p"}, {"attributes": {"executionClusterLabel": label}}),
        (
            "Domain",
            {"project": "p", "name": "d"},
            {
                "attributes": {
                    "executionQueue": {"tags": ["a"]},
                    "executionClusterLabel": label,
                },
                "workflows": {"w": {"attributes": {"executionClusterLabel": label}}},
            },
        ),
    ]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([a_file("p", clusterAssignment={}), a_file("p", clusterAssignment={})], "duplicate"),
        ([a_file("p", qualityOfService={"tier": "HIGH"})], "unsayable"),
        ([a_file("p", pluginOverrides={"overrides": []})], "refused-field"),
    ],
)
def test_what_no_manifest_can_mean_is_refused(files: list[AttributeFile], code: str) -> None:
    """With the file that says it."""
    with pytest.raises(ManifestError) as caught:
        manifests_of(files)
    (problem,) = caught.value.diagnostics
    assert problem.code == code
    assert problem.origin == files[-1].origin
