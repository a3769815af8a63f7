"""Signed URLs and flyte:// URLs: the order of checks, and the words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox import parse_config
from tests.sandbox.executions.conftest import PD, World, integer, node_id

DATA = "DataProxyService"
MD5 = "XUFAKrxLKna5cZ2REBfFkg=="
ROOT = "LVAUAKV4JMVHNOLRTWIRAF6FSI======"
BUCKET = "s3://my-s3-bucket"
S3 = {"type": "stow", "container": "my-s3-bucket", "stow": {"kind": "s3"}}


@pytest.fixture
def world() -> Iterator[World]:
    """An Admin whose store plays S3, with a workflow `w` of one input."""
    world = World(parse_config({"storage": S3}))
    world.workflow(inputs={"x": {"simple": "INTEGER"}})
    yield world
    world.sandbox.stop()


def upload(world: World, **request: Any) -> Any:
    return world.call("CreateUploadLocation", {**PD, **request}, service=DATA)


def refused_upload(world: World, **request: Any) -> str:
    return world.refused("CreateUploadLocation", {**PD, **request}, service=DATA)


def store(world: World, url: str, content: bytes, **metadata: str) -> None:
    """Put an object there as a client does."""
    objects: Any = world.admin.objects
    with objects.write_at(url.removeprefix(f"{BUCKET}/")) as writing:
        writing.write(content)
        writing.commit(metadata=metadata)


def test_uploads_lie_under_their_digest(world: World) -> None:
    """In base 32, padding and all; the headers go with the PUT."""
    found = upload(world, filename="a b.tar.gz", content_md5=MD5, add_content_md5_metadata=True)

    assert found.native_url == f"{BUCKET}/flytesnacks/development/{ROOT}/a%20b.tar.gz"
    assert dict(found.headers) == {
        "Content-Length": "24",
        "Content-MD5": MD5,
        "x-amz-meta-flyteContentMD5": MD5,
    }


def test_a_name_is_made_up_if_none_is_given(world: World) -> None:
    """Of letters that spell no words."""
    found = upload(world, filename_root="root", org="acme")

    prefix = f"{BUCKET}/acme/flytesnacks/development/root/"
    assert re.fullmatch("[bcdfghjklmnpqrstvwxz2456789]{20}", found.native_url[len(prefix) :])
    assert dict(found.headers) == {"Content-Length": "0", "Content-MD5": ""}


def test_names_and_prefixes_are_configured() -> None:
    """Where uploads go, and how long a name is."""
    config = {"upload": {"storagePrefix": "up/load", "defaultFileNameLength": 3}}
    world = World(parse_config({"storage": S3, "server": {"dataProxy": config}}))

    found = upload(world, filename_root="r")

    prefix = f"{BUCKET}/up/load/flytesnacks/development/r/"
    assert found.native_url.startswith(prefix)
    assert len(found.native_url) == len(prefix) + 3
    world.sandbox.stop()


def test_uploads_are_refused_for_their_first_fault(world: World) -> None:
    """Place, digest, what is there already, expiry, path, signature."""
    request: dict[str, Any] = {"domain": "", "expires_in": "7200s", "filename": "%zz"}

    def answer() -> str:
        return refused_upload(world, **request)

    assert answer() == "INVALID_ARGUMENT project and domain are required parameters"
    request["domain"] = "development"
    assert answer() == "INVALID_ARGUMENT content_md5 or filename_root is a required parameter"
    request["filename_root"] = "root"
    assert answer().startswith("INTERNAL failed to create storage location, Error: failed to")
    del request["filename_root"]
    request["content_md5"] = MD5
    assert answer() == (
        "INVALID_ARGUMENT expiresIn [2h0m0s] cannot exceed max allowed expiration [1h0m0s]"
    )
    request["expires_in"] = "0s"
    assert answer().startswith("INTERNAL failed to create shardedStorageLocation, Error: failed")
    request["filename"] = "f"
    assert answer() == (
        "INTERNAL failed to create a signed url. Error: InvalidPresignExpireError: "
        "presigned URL requires an expire duration greater than 0"
    )


@pytest.mark.parametrize(
    ("digest", "metadata", "allowed"),
    [
        ("", {}, False),
        (MD5, {"flytecontentmd5": MD5}, True),
        (MD5, {"flytecontentmd5": "other"}, False),
        (MD5, {}, True),
        ("AAAAAAAAAAAAAAAAAAAAAA==", {}, False),
    ],
)
def test_named_uploads_are_not_written_over(
    world: World, digest: str, metadata: dict[str, str], allowed: bool
) -> None:
    """Unless with what is there, by the digest that was stored with it or its own."""
    named = {"filename_root": "root", "filename": "f"}
    url = upload(world, **named).native_url
    store(world, url, b"hello", **metadata)

    if allowed:
        assert upload(world, **named, content_md5=digest).native_url == url
        return
    assert refused_upload(world, **named, content_md5=digest, expires_in="9999s") == (
        f"ALREADY_EXISTS file already exists at location [{url}], "
        "specify a matching hash if you wish to rewrite"
    )


def test_climbing_ends_at_the_bucket(world: World) -> None:
    """Another project is reached, another bucket is not."""
    found = upload(world, filename="../../../../../x", content_md5=MD5)

    assert found.native_url == f"{BUCKET}/x"


def test_memory_cannot_sign() -> None:
    """As in Admin."""
    world = World(parse_config({"storage": {"type": "mem"}}))

    answer = refused_upload(world, filename="f", content_md5=MD5)

    assert answer == "INTERNAL failed to create a signed url. Error: unsupported"
    world.sandbox.stop()


def test_anything_with_a_key_can_be_asked_for(world: World) -> None:
    """Whatever the scheme and the bucket; there need be no such object."""

    def answer(url: str, **request: Any) -> str:
        wanted = {"native_url": url, **request}
        return world.refused("CreateDownloadLocation", wanted, service=DATA)

    found = world.call("CreateDownloadLocation", {"native_url": "gs://other/a/b"}, service=DATA)
    assert found.signed_url.startswith("http://localhost:8088/other/a/b?X-Amz-Algorithm=")
    prefix = "INVALID_ARGUMENT error while validating request: "
    assert answer("%zz", expires_in="-1s") == (
        f"{prefix}expiresIn is invalid. Error: input duration [-1s] should not less than 0"
    )
    assert answer("%zz") == f"{prefix}failed to parse native_url [%zz]"
    assert answer("s3://b").endswith("minimum field size of 1, GetObjectInput.Key.\n")


@pytest.fixture
def run(world: World) -> World:
    """An execution whose node `n0` has outputs, a deck and one attempt."""
    world.task()
    world.launch("e1", inputs={"x": integer(1)})
    inputs, outputs = f"{BUCKET}/in.pb", f"{BUCKET}/out.pb"
    world.phase("RUNNING", 1)
    world.node_phase("RUNNING", 2, input_uri=inputs)
    world.task_phase("RUNNING", 3, input_uri=inputs)
    data = {"literals": {"o0": integer(5)}}
    world.task_phase("SUCCEEDED", 4, input_uri=inputs, output_data=data)
    world.node_phase(
        "SUCCEEDED", 5, input_uri=inputs, output_data=data, deck_uri=f"{BUCKET}/deck.html"
    )
    world.admin.objects.put(outputs, b"")
    return world


def data(world: World, url: str) -> Any:
    return world.call("GetData", {"flyte_url": url}, service=DATA)


NODE = "flyte://v1/flytesnacks/development/e1/n0"


def test_flyte_urls_lead_to_literals(run: World) -> None:
    """Of a node or of an attempt, all or one; what cannot be read is empty."""
    for url in (f"{NODE}/o", f"{NODE}/0/o", f"{NODE}/4294967296/o", f"flyte://x{NODE}/o"):
        assert list(data(run, url).literal_map.literals) == ["o0"], url
    for url in (f"{NODE}/o/o0", f"{NODE}/0/o/o0"):
        assert data(run, url).literal.scalar.primitive.integer == 5
    empty = data(run, f"{NODE}/i")
    assert (empty.WhichOneof("data"), len(empty.literal_map.literals)) == ("literal_map", 0)


TOLD = {
    "": "failed to validate resolve artifact request. Error: source is required. "
    "Provided empty string",
    "s3://x": "failed to validate resolve artifact request. Error: request does not start with "
    "the correct prefix",
    "flyte://v1/p/d/e/n": "failed to parse artifact url Error: failed to parse "
    "[flyte://v1/p/d/e/n]",
    f"{NODE}/o\n": f"failed to parse artifact url Error: failed to parse [{NODE}/o\n]",
    f"{NODE}/d/x": f"failed to parse artifact url Error: failed to parse [{NODE}/d/x]",
    f"{NODE}/9223372036854775808/o": "failed to parse artifact url Error: failed to parse attempt "
    '[9223372036854775808], strconv.Atoi: parsing "9223372036854775808": value out of range',
    f"{NODE}/0/d": "deck type cannot be specified with a retry attempt, just use the node instead",
}


@pytest.mark.parametrize("url", TOLD)
def test_flyte_urls_that_lead_nowhere(run: World, url: str) -> None:
    """Each is told why."""
    answer = run.refused("GetData", {"flyte_url": url}, service=DATA)

    assert answer == f"INVALID_ARGUMENT {TOLD[url]}"


def test_unknown_names_nodes_and_attempts(run: World) -> None:
    """A node is not found; an attempt is an invalid argument."""

    def answer(url: str) -> str:
        return run.refused("GetData", {"flyte_url": url}, service=DATA)

    assert answer(f"{NODE}/o/none").startswith(
        "INVALID_ARGUMENT name [none] not found in node execution [node_id:"
    )
    assert answer(f"{NODE}/0/o/none").startswith(
        "INVALID_ARGUMENT name [none] not found in task execution [task_id:"
    )
    assert answer(f"{NODE}9/o").startswith("NOT_FOUND missing entity of type node execution")
    for url in (f"{NODE}/7/o", f"{NODE}9/0/o"):
        found = answer(url)
        assert found.startswith("INVALID_ARGUMENT no task executions were listed [node_execution")
        assert found.endswith("]. Error: <nil>")


def test_a_deck_must_be_there(run: World) -> None:
    """Then there is a URL to it, in the old field and in the new."""
    link = {"artifact_type": "ARTIFACT_TYPE_DECK", "node_execution_id": node_id()}

    assert run.refused("CreateDownloadLink", link, service=DATA) == "NOT_FOUND object not found"
    store(run, f"{BUCKET}/deck.html", b"<html>")

    found = run.call("CreateDownloadLink", link, service=DATA)
    assert list(found.signed_url) == list(found.pre_signed_urls.signed_url)
    assert found.expires_at == found.pre_signed_urls.expires_at
    assert "/my-s3-bucket/deck.html?" in data(run, f"{NODE}/d").pre_signed_urls.signed_url[0]


def test_links_are_refused_for_their_first_fault(run: World) -> None:
    """Expiry, type, source, node, deck."""
    prefix = "INVALID_ARGUMENT error while validating request. Error: "
    request: dict[str, Any] = {"expires_in": "3601s"}

    def answer() -> str:
        return run.refused("CreateDownloadLink", request, service=DATA)

    assert answer() == (
        f"{prefix}expiresIn is invalid. Error: input duration [1h0m1s] cannot exceed max allowed "
        "expiration [1h0m0s]"
    )
    del request["expires_in"]
    assert answer() == f"{prefix}invalid artifact type [ARTIFACT_TYPE_UNDEFINED]"
    request["artifact_type"] = 7
    assert answer() == f"{prefix}source is required. Provided nil"
    request["node_execution_id"] = node_id("none")
    assert answer().startswith("INVALID_ARGUMENT failed to find node execution [node_id:")
    request["node_execution_id"] = node_id()
    assert answer().startswith("NOT_FOUND no deckUrl found for request [artifact_type:7")
