"""What is in a bucket, page by page."""

from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from reconciler.sandbox import Store, parse_config
from reconciler.sandbox.http.listing import deleted, keys_to_delete, list_objects
from reconciler.sandbox.objects import BuiltinObjects, open_objects
from tests.sandbox.http.conftest import S3

KEYS = ["a b&c", "d/1", "d/2", "d/e/3", "f", "größe"]


@pytest.fixture(scope="module")
def objects() -> Iterator[BuiltinObjects]:
    """A bucket with objects in two folders and beside them."""
    store = Store.open()
    found = open_objects(store, parse_config({"storage": S3}), lambda: 0)
    assert isinstance(found, BuiltinObjects)
    for key in KEYS:
        with found.write_at(key) as writing:
            writing.write(b"x")
            writing.commit()
    yield found
    store.close()


def page(objects: BuiltinObjects, **query: str) -> tuple[list[str], str]:
    """Return a page's keys, folded ones too, and the token of the next."""
    named = {name.replace("_", "-"): value for name, value in query.items()}
    root = ElementTree.fromstring(list_objects(objects, named))
    keys = [node.text or "" for node in root.iterfind("{*}Contents/{*}Key")]
    keys += [node.text or "" for node in root.iterfind("{*}CommonPrefixes/{*}Prefix")]
    return keys, root.findtext("{*}NextContinuationToken", "")


def test_every_key_is_listed_in_order(objects: BuiltinObjects) -> None:
    """As it is, or escaped for a URL where that is asked for."""
    assert page(objects) == (KEYS, "")
    assert [unquote(key) for key in page(objects, encoding_type="url")[0]] == KEYS


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"prefix": "d/"}, ["d/1", "d/2", "d/e/3"]),
        ({"delimiter": "/"}, ["a b&c", "f", "größe", "d/"]),
        ({"prefix": "d/", "delimiter": "/"}, ["d/1", "d/2", "d/e/"]),
        ({"start_after": "d/2"}, ["d/e/3", "f", "größe"]),
        ({"prefix": "none"}, []),
        ({"max_keys": "0"}, []),
    ],
)
def test_part_of_it_may_be_asked_for(
    objects: BuiltinObjects, query: dict[str, str], keys: list[str]
) -> None:
    """By prefix, up to a delimiter, after a key."""
    assert page(objects, **query)[0] == keys


@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_make_up_the_whole(objects: BuiltinObjects, delimiter: str) -> None:
    """Each key comes once, whatever the size of a page."""
    whole, _ = page(objects, delimiter=delimiter)
    for size in ("1", "2", "4"):
        keys, token = page(objects, delimiter=delimiter, max_keys=size)
        while token:
            more, token = page(
                objects, delimiter=delimiter, max_keys=size, continuation_token=token
            )
            keys += more
        assert sorted(keys) == sorted(whole), size


@pytest.mark.parametrize(
    "query", [{"max-keys": "x"}, {"max-keys": "-1"}, {"continuation-token": "nonsense"}]
)
def test_what_cannot_be_asked_for(objects: BuiltinObjects, query: dict[str, str]) -> None:
    """It is a bad request, not a failure."""
    with pytest.raises(ValueError, match=r"invalid|negative|Incorrect|decode"):
        list_objects(objects, query)


def test_several_are_removed_at_once() -> None:
    """The keys that a request names, with or without a namespace."""
    space = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    body = "<Delete{}><Object><Key>a&amp;b</Key></Object><Object><Key/></Object></Delete>"

    for given in (space, ""):
        assert keys_to_delete(body.format(given).encode()) == ["a&b", ""]
    assert b"<Key>a&amp;b</Key>" in deleted(["a&b"])
    with pytest.raises(ValueError, match="syntax"):
        keys_to_delete(b"nonsense")
