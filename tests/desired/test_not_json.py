"""Values without a JSON are refused before anybody hashes them, wherever they come from."""

import io
from pathlib import Path

import pytest

from reconciler.desired import bind, declare
from reconciler.desired.package import read_package
from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.model import Kind

PACKAGES = Path(__file__).with_name("packages")
TASK = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: t}
spec: {type: spark, custom: {conf: {memory: .inf}}}
"""
PACKAGE = """\
apiVersion: reconciler/v1
kind: Package
metadata: {{project: flytesnacks, domain: development, name: p}}
spec: {{source: {source}}}
"""


def refused(text: str) -> str:
    with pytest.raises(ManifestError) as caught:
        bind(declare(load(["-"], stdin=io.BytesIO(text.encode()))), None)
    return str(caught.value)


def test_a_number_without_end_in_a_manifest() -> None:
    """YAML knows it; neither Admin's JSON nor Kubernetes' does."""
    message = refused(TASK)
    assert "stdin:" in message
    assert "custom" in message


def test_a_number_without_end_in_a_package(tmp_path: Path) -> None:
    """Admin could not even compare it with what it holds."""
    (task, *_) = (one for one in read_package(PACKAGES / "chained.tgz") if one.kind is Kind.TASK)
    task.spec.template.custom.update({"x": float("nan")})
    (tmp_path / "x_1.pb").write_bytes(task.spec.SerializeToString())
    message = refused(PACKAGE.format(source=tmp_path))
    assert "template.custom.fields[x] is nan, which JSON does not know" in message


def test_a_timeout_out_of_range_in_a_package(tmp_path: Path) -> None:
    """No JSON, and no sense either."""
    (task, *_) = (one for one in read_package(PACKAGES / "chained.tgz") if one.kind is Kind.TASK)
    task.spec.template.metadata.timeout.seconds = 10**15
    (tmp_path / "x_1.pb").write_bytes(task.spec.SerializeToString())
    message = refused(PACKAGE.format(source=tmp_path))
    assert "template.metadata.timeout is out of all bounds" in message
