"""Kubernetes' rules for names and labels."""

import pytest

from reconciler.sandbox import Refusal
from reconciler.sandbox.names import check_labels, label_faults


@pytest.mark.parametrize("name", ["a", "a-b", "0", "a" * 63])
def test_labels_of_dns(name: str) -> None:
    """Lower case, digits, dashes within."""
    assert label_faults(name) == []


@pytest.mark.parametrize(
    ("name", "beginnings"),
    [
        ("a.b", ["must not contain dots"]),
        ("A", ["a lowercase RFC 1123 label"]),
        ("", ["a lowercase RFC 1123 label"]),
        ("-a", ["a lowercase RFC 1123 label"]),
        ("a" * 64, ["must be no more than 63 characters"]),
        ("é" * 32, ["must be no more than 63 characters", "a lowercase RFC 1123 label"]),
        ("a." + "b" * 63, ["must be no more than 63 characters", "must not contain dots"]),
        ("a\n", ["a lowercase RFC 1123 label"]),
    ],
)
def test_what_is_no_label(name: str, beginnings: list[str]) -> None:
    """Length first, in bytes."""
    faults = label_faults(name)

    assert len(faults) == len(beginnings)
    assert all(f.startswith(b) for f, b in zip(faults, beginnings, strict=True))


@pytest.mark.parametrize(
    "key", ["a", "A_b.c-D", "example.com/a", "a/B", "x" * 63, f"{'p' * 253}/x"]
)
@pytest.mark.parametrize("value", ["", "a", "A_b.c-D", "x" * 63])
def test_labels(key: str, value: str) -> None:
    """A qualified name, and a value that may be empty."""
    check_labels({key: value})


@pytest.mark.parametrize(
    ("key", "beginning"),
    [
        ("", "name part must be non-empty name part must consist"),
        ("a/", "name part must be non-empty name part must consist"),
        ("/a", "prefix part must be non-empty]"),
        ("a/b/c", "a qualified name must consist"),
        ("x" * 64, "name part must be no more than 63 characters]"),
        ("A.b/c", "prefix part a lowercase RFC 1123 subdomain"),
        (f"{'p' * 254}/x", "prefix part must be no more than 253 characters]"),
        ("-a", "name part must consist"),
    ],
)
def test_keys_that_are_refused(key: str, beginning: str) -> None:
    """Each complaint in Kubernetes' words."""
    with pytest.raises(Refusal) as refused:
        check_labels({key: "v"})

    assert refused.value.message.startswith(f"invalid label key [{key}]: [{beginning}")


def test_values_that_are_refused() -> None:
    """They name the value, not its key."""
    with pytest.raises(Refusal) as refused:
        check_labels({"k": "-v"})

    assert refused.value.message.startswith("invalid label value [-v]: [a valid label must be")


def test_sixteen_labels_and_no_more() -> None:
    """Counted before they are looked at."""
    check_labels({f"k{n}": "" for n in range(16)})
    with pytest.raises(Refusal, match="labels map cannot exceed 16 entries"):
        check_labels({f"-{n}": "" for n in range(17)})
