"""Manifests as text: whatever they say loads as exactly that."""

from io import BytesIO
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.manifest import Domain, load, to_yaml

NASTY = ["no", "on", "1:30", "017", "0E0", "1e3", "0o7", "~", "", " a ", "a: b", "# a", "- a"]
NASTY += ["é日", "\x85", "\u2028", "\ufeff", "a\nb", "\t", "9" * 500, "${var.x}", "$${x}", "'\""]


def loaded(labels: dict[str, str]) -> Any:
    document = {
        "apiVersion": "reconciler/v1",
        "kind": "Domain",
        "metadata": {"project": "p", "name": "d"},
        "spec": {"attributes": {"clusterResources": labels}},
    }
    (manifest,) = load(["-"], stdin=BytesIO(to_yaml([document]).encode()))
    assert isinstance(manifest, Domain)
    assert manifest.spec.attributes is not None
    return manifest.spec.attributes.cluster_resources


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_texts_stay_texts(text: str) -> None:
    """As keys and as values; references are none."""
    assert loaded({"key": text}) == {"key": text}
    key = text.replace("${", "")
    assert loaded({key: "value"}) == {key: "value"}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.dictionaries(st.just("key"), st.text(st.characters(exclude_characters="\0", codec="utf-8")))
)
def test_any_text_comes_back(labels: dict[str, str]) -> None:
    """Whatever its signs."""
    assert loaded(labels) == labels


def test_documents_are_written_as_people_do() -> None:
    """In their order, lists further in, and for older parsers too."""
    text = to_yaml([{"b": ["x", {"y": 1}], "a": "no"}, {"c": True}])
    assert text == "b:\n  - x\n  - y: 1\na: 'no'\n---\nc: true\n"
    assert [*yaml.safe_load_all(text)] == [{"b": ["x", {"y": 1}], "a": "no"}, {"c": True}]
