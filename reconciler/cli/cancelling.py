"""End what runs of a backfill."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.cli.exits import Exit
from reconciler.cli.options import Settings, say
from reconciler.cli.sections import Result
from reconciler.cli.session import Unit, manifests
from reconciler.errors import ApplyRefusedError, ConfigError
from reconciler.manifest import Backfill
from reconciler.remote import Remote
from reconciler.report import FORMAT_VERSION, to_json

# Project, domain and name of a backfill.
_Named = tuple[str, str, str]


def named(
    what: str, said: Mapping[str, Any], unit: Unit, remote: Remote, *, is_file: bool
) -> Sequence[_Named]:
    """Which backfills are meant: those of a file, or the one of this name."""
    if is_file:
        found = [one for one in manifests([Path(what)], unit) if isinstance(one, Backfill)]
        if not found:
            raise ConfigError(f"{what} holds no manifest of kind Backfill")
        return [(one.metadata.project, one.metadata.domain, one.metadata.name) for one in found]
    project = said["project"] or remote.default_project
    domain = said["domain"] or remote.default_domain
    return [(project, domain, said["name"] or what)]


def cancel_backfills(
    remote: Remote,
    backfills: Sequence[_Named],
    options: Settings,
    *,
    ask_first: bool,
    dry_run: bool,
) -> Result:
    """Show what runs, ask, and end it; the scheduler's own executions are nobody's backfill."""
    running = [
        (one, id) for one in backfills for id in remote.backfill_executions(one[2], one[0], one[1])
    ]
    for one, id in running:
        say(f"{id} runs for backfill {'/'.join(one)}")
    ended: list[str] = []
    if running and not dry_run:
        if ask_first:
            _ask(len(running))
        for project, domain, name in backfills:
            ended += map(str, remote.cancel_backfill(name, project, domain))
    if not options.json:
        for execution in ended:
            sys.stdout.write(f"{execution} is being ended\n")
        if not running:
            sys.stdout.write("Nothing of it runs.\n")
        sys.stdout.flush()
    document = {"format_version": FORMAT_VERSION, "type": "cancelled", "executions": ended}
    return Result(Exit.OK, to_json(document) if options.outputs.wants_json else "")


def _ask(count: int) -> None:
    """Raises: ApplyRefusedError unless a person types `yes`."""
    what = "this execution" if count == 1 else f"these {count} executions"
    sys.stderr.write(f"\nEnd {what}? Only `yes` will do it: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "yes":
        raise ApplyRefusedError("not approved, so nothing was ended")
