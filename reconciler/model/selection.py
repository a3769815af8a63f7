"""Which of what is declared a plan is to be about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Some of a set.

    Attributes: `targets` and `excludes` as `Pattern.parse` reads them, no target meaning all;
    `changed` the files that differ from the revision `since`, as manifests name them, None if
    nobody asked for that.
    """

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    changed: frozenset[str] | None = None
    since: str = ""

    def __str__(self) -> str:
        """The flags that say it."""
        since = [f"--changed-since {self.since}"] if self.since else []
        return " ".join(
            [
                *(f"--target {target}" for target in self.targets),
                *(f"--exclude {exclude}" for exclude in self.excludes),
                *since,
            ]
        )
