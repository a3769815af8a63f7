"""A saved plan's file is read as it was written, or not at all."""

import contextlib
import hashlib
import importlib.util
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import PlanFileError
from reconciler.model import Action, Bundle, Code, CodePickle, Plan, Reason, Verb
from reconciler.planfile import is_plan_file, read_plan, write_plan
from reconciler.planfile.encode import encode_plan
from reconciler.planfile.file import _HEADER
from tests.planfile.builders import a_plan, saved
from tests.planfile.filled import laid_open

HOUSE = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).with_name("golden.plan")


def test_everything_comes_back(tmp_path: Path) -> None:
    """The plan and what it was made from; the digest is the one it had before."""
    write_plan(tmp_path / "plan", saved())

    found = read_plan(tmp_path / "plan", tool_version="1.0")

    assert laid_open(found.opened({})) == laid_open(a_plan())
    assert found.about == saved().about
    assert found.digest == saved().digest
    assert is_plan_file(tmp_path / "plan")


def test_files_written_before_are_read_still() -> None:
    """One that was kept; compressed by another library, perhaps."""
    found = read_plan(GOLDEN, tool_version="1.0")

    assert found.digest == saved().digest
    assert laid_open(found.opened({})) == laid_open(a_plan())


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It holds what the manifests hold; also if a file with that name was there before."""
    (tmp_path / "plan").touch(mode=0o644)

    write_plan(tmp_path / "plan", saved())

    assert (tmp_path / "plan").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["plan"]


def test_every_byte_counts(tmp_path: Path) -> None:
    """Cut anywhere, or one bit of any byte flipped: refused whole."""
    path = tmp_path / "plan"
    write_plan(path, saved())
    content = path.read_bytes()

    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        for damaged in (content[:place], bytes(flipped)):
            path.write_bytes(damaged)
            with pytest.raises(PlanFileError):
                read_plan(path, tool_version="1.0")


@settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_damaged_file_is_refused_whole(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes replaced, taken out, put in or doubled, anywhere."""
    path = tmp_path / "plan"
    write_plan(path, saved())
    content = path.read_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    damaged = content[:start] + data.draw(st.binary(max_size=20)) + content[end:]
    if damaged == content:
        return
    path.write_bytes(damaged)

    with pytest.raises(PlanFileError):
        read_plan(path, tool_version="1.0")


@settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 1000), message=st.binary(max_size=40))
def test_what_no_program_of_ours_wrote_is_refused(
    tmp_path: Path, place: int, message: bytes
) -> None:
    """Whoever computes the digest anew has still to write a plan: else it is an error of ours."""
    path = tmp_path / "plan"
    whole = saved().message
    body = zlib.compress(whole[:place] + message + whole[place + len(message) :])
    path.write_bytes(_HEADER + hashlib.sha256(body).digest() + body)

    with contextlib.suppress(PlanFileError):
        read_plan(path, tool_version="1.0")


def test_a_plan_is_told_from_manifests(tmp_path: Path) -> None:
    """Also one whose first line is damaged, so that it is not taken for something else."""
    path = tmp_path / "plan"
    write_plan(path, saved())
    content = path.read_bytes()
    damaged = [content[:3], content[3:4] + content[1:], content[:5] + b"??" + content[7:]]
    manifests = [b"apiVersion: reconciler/v1\n", b"# flyte-reconciler plan\n", b"---\n", b""]

    for content in damaged:
        path.write_bytes(content)
        assert is_plan_file(path)
        with pytest.raises(PlanFileError, match="damaged"):
            read_plan(path, tool_version="1.0")
    for content in manifests:
        path.write_bytes(content)
        assert not is_plan_file(path)


def test_another_version_is_refused(tmp_path: Path) -> None:
    """What one version planned, another might carry out differently."""
    write_plan(tmp_path / "plan", saved())

    with pytest.raises(PlanFileError, match=r"version 1\.0 .* this is 2\.0"):
        read_plan(tmp_path / "plan", tool_version="2.0")


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    """A manifest, or nothing at all."""
    (tmp_path / "x.yaml").write_text("apiVersion: reconciler/v1\n")
    (tmp_path / "empty").touch()

    for name in ("x.yaml", "empty", "none"):
        assert not is_plan_file(tmp_path / name)
        with pytest.raises(PlanFileError):
            read_plan(tmp_path / name, tool_version="1.0")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    """A folder, or one that is not there."""
    for path in (tmp_path, tmp_path / "none" / "plan"):
        with pytest.raises(PlanFileError, match="cannot be written"):
            write_plan(path, saved())


def test_the_generated_module_is_current() -> None:
    """`make protos` would change nothing."""
    spec = importlib.util.spec_from_file_location("generate", HOUSE / "protos" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    for path, text in generator.generate().items():
        assert (HOUSE / path).read_text() == text, path


def test_objects_by_value_are_for_this_process_alone() -> None:
    """Nothing could bring them back, so a plan that carries them is not saved."""
    bundle = Bundle("p", "d", "my_task", Code("ab" * 32, 1, 7), CodePickle(b"pickled"))
    upload = Action(Verb.UPLOAD, bundle.id, Reason.NEEDED, "not there", bundle=bundle)

    with pytest.raises(PlanFileError, match="my_task was pickled in this process"):
        encode_plan(Plan((upload,)))
