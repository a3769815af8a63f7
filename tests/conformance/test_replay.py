"""The rules by which answers count as the recorded ones."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.conformance.replay import Headers, Scenario, differences, replay


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": [1, "x"]}, {"a": [1, "x"]}),
        ("<any>", {"whatever": 1}),
        ("<timestamp>", "2024-01-02T03:04:05Z"),
        ("<timestamp>", "2024-01-02T03:04:05.123456789Z"),
        ("<duration>", "-1.5s"),
        ("<starts>abc", "abcdef"),
        ("<starts>abc", "<starts>abc"),
        ("a  b", "a b"),
        ("a b", "a\u00a0 b"),
        ({"<unordered>": [1, 2, 2]}, [2, 1, 2]),
        ({"<unordered>": ["<any>", "a"]}, ["b", "a"]),
        ({"<unordered>": []}, []),
    ],
)
def test_the_same(expected: Any, actual: Any) -> None:
    """Masks allow what they say, blanks count as one."""
    assert list(differences(expected, actual)) == []


@pytest.mark.parametrize(
    ("expected", "actual", "difference"),
    [
        ({"a": 1}, {}, ".a: missing, expected 1"),
        ({}, {"a": 1}, ".a: unexpected 1"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ".a.b[1]: expected 2, got 3"),
        ([1], [1, 2], ": expected [1], got [1, 2]"),
        (1, True, ": expected 1, got true"),
        ("<timestamp>", "yesterday", ': expected "<timestamp>", got "yesterday"'),
        ("<duration>", 1, ': expected "<duration>", got 1'),
        ("<starts>abc", "ab", ': expected "<starts>abc", got "ab"'),
        ("a\nb", "a b", ': expected "a\\nb", got "a b"'),
        ({"<unordered>": [1, 2]}, [1], ": no item like 2"),
        ({"<unordered>": [1]}, [1, 2], ": unexpected items [2]"),
    ],
)
def test_not_the_same(expected: Any, actual: Any, difference: str) -> None:
    """Each difference has its path."""
    assert list(differences(expected, actual)) == [difference]


class Echo:
    """A target that gives every request back as a project of that id."""

    store = "http://store"
    http_endpoint = "gateway:1"

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def rpc(
        self, method: str, payload: bytes, metadata: Mapping[str, str], timeout: float
    ) -> tuple[str, bytes | str, list[Any]]:
        """Answer with the request: GetProject asks with an id in Project's own first field."""
        self.asked.append(payload)
        return "OK", payload, []

    def http(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Headers, bytes]:
        """Answer with what was asked."""
        return 200, {"X-Url": url}, body or b""


def play(*steps: Mapping[str, Any]) -> list[str]:
    """What differs when these steps are played against an echo."""
    return replay(Scenario("s", "area", "default", "", steps), Echo())


def get(id: str, answer: str, **more: Any) -> Mapping[str, Any]:
    """A step that gets a project."""
    response = {"code": "OK", "response": {"id": answer}}
    return {
        "call": "AdminService.GetProject",
        "request": {"id": id},
        "answer": response,
        **more,
    }


def test_a_saved_value_stands_for_itself() -> None:
    """In later requests, and in any answer that holds it."""
    save = {"mine": "response.id"}

    assert play(get("abcd", "{{mine}}", save=save), get("x-{{mine}}", "x-{{mine}}")) == []


def test_short_values_are_not_put_back() -> None:
    """They would be found everywhere."""
    assert play(get("abc", "abc", save={"mine": "response.id"}), get("{{mine}}", "abc")) == []


def test_the_first_name_of_a_value_is_its_name() -> None:
    """When two were saved."""
    first, second = {"one": "response.id"}, {"two": "response.id"}

    assert play(get("same", "{{one}}", save=first), get("same", "{{one}}", save=second)) == []


def test_a_loose_step_is_held_to_its_code() -> None:
    """And to nothing else."""
    assert play(get("a", "b", loose=True)) == []
    assert play({**get("a", "b", loose=True), "answer": {"code": "NOT_FOUND"}}) == [
        'step 1 AdminService.GetProject .code: expected "NOT_FOUND", got "OK"'
    ]


def test_a_value_that_cannot_be_saved_ends_the_scenario() -> None:
    """What follows would make no sense."""
    found = play(get("a", "a", save={"x": "response.nope"}), get("a", "b"))

    assert found == ["step 1 AdminService.GetProject: KeyError: 'nope'"]


def test_http_steps_know_the_gateway_and_the_kept_headers() -> None:
    """Paths are below the gateway, JSON bodies are compared as JSON."""
    step = {
        "http": {
            "method": "PUT",
            "path": "/p",
            "body": {"a": "{{store}}"},
            "keep_headers": ["X-Url", "X-None"],
        },
        "answer": {
            "status": 200,
            "headers": {"X-Url": "http://{{http}}/p"},
            "json": {"a": "{{store}}"},
        },
    }

    assert play(step) == []
