"""How long a command takes to say its version, beside an interpreter that does nothing."""

from collections.abc import Iterator

from benchmarks.world import Figure, best, command


def run() -> Iterator[Figure]:
    floor = best(lambda: command("python", "-c", "pass"), of=10)
    version = best(lambda: command("reconciler", "--version"), of=10)
    yield Figure("reconciler --version", version, "s", 0.150, f"python alone: {floor:.3f} s")
