"""A package as large as an organisation: read, checked and named, all of it."""

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.world import Figure
from reconciler.desired import read_package
from reconciler.model import Kind, identifiers

_ROOT = Path(__file__).parent.parent
_SOURCE = _ROOT / "examples" / "manifests" / "from-pyflyte" / "2-package" / "etl.tgz"
_NUMBERS = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}
_MANIFEST = """\
apiVersion: reconciler/v1
kind: Package
metadata: {project: flytesnacks, domain: development, name: large}
spec: {source: large.tgz}
"""


def run() -> Iterator[Figure]:
    for entities, seconds in ((10_000, 4.0), (30_000, 12.0)):
        took, megabytes = measure(entities)
        yield Figure(f"validate a package of {entities:,} entities", took, "s", seconds)
        if entities == 10_000:
            yield Figure(f"validate a package of {entities:,}, memory", megabytes, "MB", 400)


def measure(entities: int) -> tuple[float, float]:
    """Processor seconds and megabytes of one `reconciler validate`; the best of three."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "large.tgz", entities)
        (folder / "large.yaml").write_text(_MANIFEST)
        return min(_validate(folder) for _ in range(3))


def _validate(folder: Path) -> tuple[float, float]:
    # A process tells its own figures, whatever ran before it.
    script = (
        "import resource, sys; from reconciler.cli import run; code = run(sys.argv[1:]); "
        "used = resource.getrusage(resource.RUSAGE_SELF); "
        "print(code, used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "validate", "large.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    code, seconds, kibibytes = done.stderr.split()[-3:]
    assert code == "0", done.stderr
    return float(seconds), int(kibibytes) / 1024


def _write(file: Path, entities: int) -> None:
    """A small package many times over, each time under other names."""
    members = read_package(_SOURCE).members
    with tarfile.open(file, "w:gz", compresslevel=1) as archive:
        for number in range(entities // len(members)):
            for member in members:
                spec = type(member.spec)()
                spec.CopyFrom(member.spec)
                for id in identifiers(spec):
                    id.name = f"{id.name}_{number}"
                content = spec.SerializeToString()
                info = tarfile.TarInfo(f"{number}_{member.name}_{_NUMBERS[member.kind]}.pb")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
