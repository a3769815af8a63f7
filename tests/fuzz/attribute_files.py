"""The attribute files of flytectl, made wrong: refused, or written as manifests."""

import io
from pathlib import Path

from hypothesis import strategies as st

from reconciler.manifest import load
from reconciler.remote import attributes_as_manifests
from tests.fuzz.bounds import Judge
from tests.fuzz.family import Family
from tests.fuzz.manifests import ROOT, as_yaml, documents
from tests.fuzz.mutations import change_bytes, change_value, pick
from tests.fuzz.spelling import misspelled
from tests.fuzz.stages import formatted, planned

FILES = [
    path.read_bytes()
    for folder in ("flytectl", "manifests/from-flytectl/attributes")
    for path in sorted((ROOT / "examples" / folder).glob("*.yaml"))
]
VALUES = [value for content in FILES for value in documents(content)]


@st.composite
def _wrong_files(draw: st.DrawFn) -> bytes:
    match draw(st.integers(0, 3)):
        case 0:
            return change_bytes(draw, pick(draw, FILES), FILES)
        case 1:
            return draw(misspelled(pick(draw, FILES)))
    return as_yaml([change_value(draw, pick(draw, VALUES), VALUES)])


def _imported(judge: Judge, content: bytes, folder: Path) -> None:
    file = folder / "attributes.yaml"
    file.write_bytes(content)
    written: list[str] = []
    if judge.judged(lambda: written.append(attributes_as_manifests([file]))):
        text = written[-1].encode()
        judge.judged(lambda: planned(load(["-"], stdin=io.BytesIO(text))))
        judge.judged(lambda: formatted(text))


FAMILIES = (Family("attribute-files", _wrong_files(), _imported, few=60, many=5_000),)
