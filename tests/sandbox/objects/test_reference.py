"""Native URLs, built and taken apart as Admin does it."""

import pytest

from reconciler.sandbox.objects.reference import BadReferenceError, Location, construct, split


def test_slashes_around_parts_do_not_count() -> None:
    """Each part is trimmed; those inside a part stay."""
    assert construct("s3://b", "", "/a/b/", "p/", "x") == "s3://b/a/b/p/x"


def test_a_part_of_slashes_moves_the_next_one_into_the_bucket() -> None:
    """Nothing between two slashes at the start reads as a host follows."""
    assert construct("s3://b", "", "/", "development", "r", "f") == "s3://development/r/f"


def test_what_makes_no_url_is_told_with_the_base() -> None:
    """The text is the one that clients of uploads see."""
    with pytest.raises(BadReferenceError) as refused:
        construct("s3://b", "", "p", "%zz")

    assert str(refused.value) == (
        'Reference is of an invalid format [s3://b]: parse "/p/%zz": invalid URL escape "%zz"'
    )


@pytest.mark.parametrize("url", ["s3://b/r/a%20b?x#y", "gs://b/r/a b", "//b//r/a%20b/"])
def test_urls_that_differ_in_form_are_one_object(url: str) -> None:
    """Scheme, query, fragment and escapes do not make another object; outer slashes neither."""
    found = split(url)

    assert (found.container, found.key) == ("b", "r/a b")


def test_the_root_of_a_bucket_is_no_key() -> None:
    """A bucket alone has an empty key."""
    assert split("s3://b/") == Location("s3", "b", "")
