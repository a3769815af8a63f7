"""Bundles, tokens and addresses; what a comparison leaves out of account."""

import base64
import gzip
import json
from typing import Any

import pytest
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.compiler_pb2 import CompiledTask
from flyteidl.core.tasks_pb2 import TaskTemplate
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from reconciler.model import (
    Bundle,
    Code,
    CodeFolder,
    Kind,
    Resource,
    ResourceId,
    bundles_in,
    comparable,
    rewrite_texts,
    texts,
    with_addresses,
    without_source_root,
)


def a_bundle(digest: str = "ab" * 32, *, domain: str = "development", name: str = "app") -> Bundle:
    return Bundle("flytesnacks", domain, name, Code(digest, 1, 1), CodeFolder("src"))


ADDRESS = f"s3://bucket/prefix/flytesnacks/development/{'ab' * 32}/code.tar.gz"


def test_a_bundle_is_its_place_and_its_digest() -> None:
    """Whatever it is called: two names for the same code are one upload."""
    assert a_bundle().id == a_bundle(name="other").id
    assert a_bundle().id != a_bundle("cd" * 32).id
    assert a_bundle().id != a_bundle(domain="production").id


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (ADDRESS, True),
        (ADDRESS.replace("s3://bucket", "gs://other"), True),
        (ADDRESS.removeprefix("s3://"), False),
        (ADDRESS.replace("development", "production"), False),
        (ADDRESS.replace("code.tar.gz", "fast123.tar.gz"), False),
        (ADDRESS.replace("ab", "cd", 1), False),
        (f"{ADDRESS}.old", False),
    ],
)
def test_an_address_is_known_by_its_end(text: str, is_one: bool) -> None:
    """Place, digest and file name; in whose store it is makes no difference."""
    assert a_bundle().is_address(text) is is_one


def everywhere(text: str) -> TaskTemplate:
    """A task that says a text in every kind of place."""
    template = TaskTemplate()
    template.container.args.extend(["run", text])
    template.container.env.add(key=text, value=text)
    template.config[text] = text
    pod = {"containers": [{"args": [text, "x"], "env": [{"name": "A", "value": text}]}]}
    template.k8s_pod.pod_spec.CopyFrom(ParseDict(pod, Struct()))
    template.container.args.append("last")
    return template


def test_tokens_are_found_and_replaced_at_any_depth() -> None:
    """Lists, fields, values of maps, inside pods; keys are names and stay."""
    bundle, other = a_bundle(), a_bundle("cd" * 32)
    template = everywhere(bundle.token)
    assert bundles_in(template, (other, bundle)) == (bundle,)

    with_addresses(template, {bundle.token: ADDRESS})

    expected = everywhere(ADDRESS)
    del expected.config[ADDRESS]
    expected.config[bundle.token] = ADDRESS
    assert template == expected
    assert bundles_in(template, (bundle,)) == ()


def test_only_whole_texts_are_replaced() -> None:
    """A description that speaks of one is left alone."""
    bundle = a_bundle()
    template = TaskTemplate()
    template.container.args.append(f"see {bundle.token}")
    with_addresses(template, {bundle.token: ADDRESS})
    assert list(template.container.args) == [f"see {bundle.token}"]


def test_numbers_and_bytes_are_no_texts() -> None:
    """What has no text in it stays as it is."""
    template = TaskTemplate(task_type_version=3)
    template.metadata.retries.retries = 2
    before = template.SerializeToString()
    rewrite_texts(template, lambda text: "changed")
    assert template.SerializeToString() == before
    assert list(texts(template)) == []


# What a comparison leaves out


def settings(**fields: Any) -> str:
    """What flytekit puts into `_F_SS_C`."""
    data = {"source_root": "/srv/app", "image_config": {"default_image": "i"}, **fields}
    return base64.b64encode(gzip.compress(json.dumps(data).encode(), mtime=0)).decode()


def test_settings_are_the_same_wherever_they_were_made() -> None:
    """The folder and the compressor go; any other field counts."""
    here = without_source_root(settings())
    assert here == without_source_root(settings(source_root="C:\\app"))
    assert here != without_source_root(settings(version="v1"))
    assert "/srv" not in here


def test_settings_are_the_same_whichever_python_serialised() -> None:
    """`pyflyte serialize` writes its own, where nobody names the container's; that one counts."""

    def made_by(root: str, python: str) -> str:
        return without_source_root(
            settings(flytekit_virtualenv_root=root, python_interpreter=python)
        )

    packages = "lib/python3.11/site-packages/flytekit"
    alices = made_by(f"/home/alice/venv/{packages}", "/home/alice/venv/bin/python3.11")
    assert alices == made_by(f"/srv/ci/{packages}", "/srv/ci/bin/python3.11")
    named = made_by("/opt/venv", "/opt/venv/bin/python3")
    assert named != made_by("/opt/conda", "/opt/conda/bin/python3")
    assert named != made_by("/opt/flytekit", "/opt/flytekit/bin/python3")
    assert made_by("/opt/flytekit", "/opt/flytekit/bin/python3") != alices


@pytest.mark.parametrize(
    "text",
    [
        *("", "plain", "H4sI", "H4sIAAAA", "H4sI no base64"),
        base64.b64encode(gzip.compress(b"no json", mtime=0)).decode(),
        base64.b64encode(gzip.compress(b"[1]", mtime=0)).decode(),
        base64.b64encode(gzip.compress(b'{"other": 1}', mtime=0)).decode(),
        base64.b64encode(gzip.compress(b"[" * 100_000, mtime=0)).decode(),
        base64.b64encode(gzip.compress(b'{"source_root": "' + b"x" * (5 << 20), mtime=0)).decode(),
        settings()[:60],
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    """Damaged, bombs, or merely alike."""
    assert without_source_root(text) == text


def a_task(*args: str, env: str = "") -> Resource:
    template = TaskTemplate(type="python-task")
    template.container.args.extend(args)
    if env:
        template.container.env.add(key="_F_SS_C", value=env)
    id = ResourceId(Kind.TASK, "flytesnacks", "development", "t", "v1")
    return Resource(id, CompiledTask(template=template), request=TaskSpec(template=template))


def test_what_admin_holds_agrees_wherever_its_code_lies() -> None:
    """The desired side has a token; Admin an address of the same code, or of another."""
    bundle = a_bundle()
    wanted = a_task("run", bundle.token)
    wanted = Resource(wanted.id, wanted.spec, wanted.request, bundles=(bundle,))
    assert wanted.agrees_with(a_task("run", ADDRESS))
    assert not wanted.agrees_with(a_task("run", ADDRESS.replace("ab", "cd")))
    assert not wanted.agrees_with(a_task("walk", ADDRESS))


def test_what_admin_holds_agrees_wherever_it_was_packaged() -> None:
    """Only the folder may differ."""
    wanted = a_task("run", env=settings())
    assert wanted.agrees_with(a_task("run", env=settings(source_root="/elsewhere")))
    assert not wanted.agrees_with(a_task("run", env=settings(env={"A": "1"})))


def test_a_changed_setting_can_be_read_in_a_plan() -> None:
    """Not two walls of base64."""
    value = comparable({"env": [{"value": settings(version="v2")}]})
    assert '"version": "v2"' in value["env"][0]["value"]
