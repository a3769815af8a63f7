"""An execution that made every kind of output, on an Admin whose store needs signatures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
from flyteidl.core.literals_pb2 import Literal, LiteralMap
from flyteidl.core.types_pb2 import BlobType
from google.protobuf import json_format

from reconciler.config import Config
from reconciler.sandbox import parse_config
from tests.sandbox.executions.conftest import World, integer

NODE = "flyte://v1/flytesnacks/development/e1/n0"
PAGE = b"<html>a deck</html>"
KEYS = {"access_key_id": "key", "secret_key": "secret"}
S3 = {"type": "s3", "container": "bucket", "stow": {"kind": "s3", "config": KEYS}}


@dataclass
class Ran:
    """The Admin, its configuration for clients, and what the execution made."""

    world: World
    config: Config
    outputs: dict[str, Literal] = field(default_factory=dict)

    def store(self, url: str, content: bytes) -> str:
        """Put an object there, as a task does that has credentials."""
        objects: Any = self.world.admin.objects
        with objects.write_at(url.removeprefix("s3://bucket/")) as writing:
            writing.write(content)
            writing.commit()
        return url


def blob(uri: str, *, folder: bool = False) -> Literal:
    literal = Literal()
    literal.scalar.blob.uri = uri
    kind = BlobType.MULTIPART if folder else BlobType.SINGLE
    literal.scalar.blob.metadata.type.dimensionality = kind
    return literal


def made(ran: Ran, folder_uri: str) -> dict[str, Literal]:
    """One literal of each kind; `folder_uri` is that of an uploaded folder."""
    file = blob(ran.store("s3://bucket/out/report.txt", b"a report"))
    many = Literal()
    many.collection.literals.extend(
        [blob(ran.store(f"s3://bucket/out/{n}/part", b"part %d" % n)) for n in range(2)]
    )
    offloaded = Literal()
    hidden = Literal()
    hidden.map.literals["file"].CopyFrom(file)
    hidden.map.literals["../up"].scalar.primitive.integer = 7
    uri = ran.store("s3://bucket/offloaded.pb", hidden.SerializeToString())
    offloaded.offloaded_metadata.uri = uri
    dataset, schema, union = Literal(), Literal(), Literal()
    dataset.scalar.structured_dataset.uri = folder_uri
    schema.scalar.schema.uri = folder_uri
    union.scalar.union.value.CopyFrom(file)
    struct, packed, raw, none = Literal(), Literal(), Literal(), Literal()
    json_format.ParseDict({"a": [1, None]}, struct.scalar.generic)
    packed.scalar.binary.value = msgpack.packb({"a": {1: b"x"}})
    packed.scalar.binary.tag = "msgpack"
    raw.scalar.binary.value = b"\x00\x01"
    none.scalar.none_type.SetInParent()
    numbers, moment, span = Literal(), Literal(), Literal()
    for n in range(3):
        numbers.collection.literals.add().scalar.primitive.integer = n
    moment.scalar.primitive.datetime.FromJsonString("2024-02-29T12:00:00Z")
    span.scalar.primitive.duration.FromJsonString("90s")
    word, truth, ratio = Literal(), Literal(), Literal()
    word.scalar.primitive.string_value = "ü"
    truth.scalar.primitive.boolean = False
    ratio.scalar.primitive.float_value = 0.5
    return {
        "file": file,
        "folder": blob(folder_uri, folder=True),
        "dataset": dataset,
        "schema": schema,
        "files": many,
        "offloaded": offloaded,
        "union": union,
        "struct": struct,
        "packed": packed,
        "raw": raw,
        "none": none,
        "numbers": numbers,
        "moment": moment,
        "span": span,
        "word": word,
        "truth": truth,
        "ratio": ratio,
    }


@contextmanager
def ran(folder: Path) -> Iterator[Ran]:
    """Run it; `folder` is uploaded, and is what its folders and datasets hold."""
    from reconciler.remote import Remote

    world = World(parse_config({"storage": S3}))
    with world.sandbox as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        found = Ran(world, config)
        with Remote(config) as remote:
            found.outputs = made(found, remote.upload_directory(folder))
        world.task()
        world.workflow(inputs={"x": {"simple": "INTEGER"}})
        world.launch("e1", inputs={"x": integer(1)})
        inputs = LiteralMap(literals={"x": json_format.ParseDict(integer(1), Literal())})
        url = found.store("s3://bucket/in.pb", inputs.SerializeToString())
        data = json_format.MessageToDict(
            LiteralMap(literals=found.outputs), preserving_proto_field_name=True
        )
        deck = found.store("s3://bucket/deck.html", PAGE)
        world.phase("RUNNING", 1)
        world.node_phase("RUNNING", 2, input_uri=url)
        world.task_phase("RUNNING", 3, input_uri=url)
        world.task_phase("SUCCEEDED", 4, input_uri=url, output_data=data)
        world.node_phase("SUCCEEDED", 5, input_uri=url, output_data=data, deck_uri=deck)
        yield found
