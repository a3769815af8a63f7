"""`reconciler backfill`: run the slots of a schedule, from flags or from manifests."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.choice import Choice, ChoosingCommand, choice, choice_options
from reconciler.cli.completing import complete
from reconciler.cli.options import (
    admin_option,
    json_lines_option,
    parallelism_option,
    program_options,
    settings,
    verbose_option,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.terminal import can_ask

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from collections.abc import Sequence

    from reconciler.cli.sections import Result
    from reconciler.cli.session import Unit
    from reconciler.manifest import Manifest
    from reconciler.remote import Remote


@click.command(cls=ChoosingCommand)
@click.argument("what", metavar="LAUNCHPLAN|FILE", shell_complete=complete("launchplans"))
@click.argument("version", required=False)
@click.option("-p", "--project", help="The launch plan's; the configuration's unless said.")
@click.option("-d", "--domain", help="The launch plan's; the configuration's unless said.")
@click.option("--name", default="", help="What the backfill is called.  [default: LAUNCHPLAN]")
@click.option("--from", "--from-date", "start", metavar="TIME", help="The first time that counts.")
@click.option(
    "--to", "--to-date", "end", metavar="TIME", help="The first time that no longer counts."
)
@click.option(
    "--window",
    "--backfill-window",
    metavar="DURATION",
    help="How long from --from, or up to --to: 7d, 36h. Alone: up to now.",
)
@click.option("--inclusive", is_flag=True, help="A slot right at --to counts too.")
@click.option(
    "--zone", default="UTC", show_default=True, help="Of times that are given without an offset."
)
@click.option("--anchor", metavar="TIME", help="One time at which a rate fires.")
@click.option(
    "--strategy",
    type=click.Choice(["executions", "workflow"]),
    default="executions",
    show_default=True,
    help="An execution a slot, named as Flyte's scheduler does; or generated workflows.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Executions under way at once.  [default: 10; of workflows 1]",
)
@click.option(
    "--parallel/--serial",
    default=None,
    help="Of a generated workflow: all its slots at once, or one after the other.",
)
@click.option(
    "--fail-fast/--no-fail-fast",
    default=None,
    help="Begin nothing new once a slot has failed; of a generated workflow, as Flyte does.",
)
@click.option(
    "--retries",
    type=click.IntRange(0, 99),
    default=0,
    show_default=True,
    help="How often a slot that failed is launched again.",
)
@click.option("--newest-first", is_flag=True, help="Begin with the newest slots.")
@click.option(
    "--this-version", is_flag=True, help="Run also what another version of the launch plan ran."
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="NAME=VALUE",
    help="The same for every slot; the value as YAML has it.",
)
@click.option("--overwrite-cache", is_flag=True, help="Compute everything anew, and keep that.")
@click.option(
    "--cancel",
    is_flag=True,
    help="End the executions of a backfill that run, by its name, and launch none.",
)
@click.option("--dry-run", is_flag=True, help="Only show which slots would run.")
@click.option(
    "--allow-many-launches", is_flag=True, help="Launch executions however many they are."
)
@click.option("--wait", is_flag=True, help="Go on until every slot has run.")
@click.option("--auto-approve", "--yes", is_flag=True, help="Do not ask before launching.")
@choice_options
@json_lines_option
@output_options(streams=True)
@verbose_option
@admin_option
@parallelism_option
@program_options
def command(
    what: str,
    version: str | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    dry_run: bool,
    cancel: bool,
    wait: bool,
    allow_many_launches: bool,
    auto_approve: bool,
    as_json: bool,
    verbose: bool,
    parallelism: int,
    **said: Any,
) -> int:
    """Run each slot of a launch plan's schedule in a window once.

    What has run already, by the scheduler's hand or an earlier backfill's, is left alone, so that
    this can be repeated at any time: it goes on where it stopped. As many are launched as may be
    under way at once; --wait goes on until all have run.

    A LAUNCHPLAN may also be written NAME@VERSION or PROJECT/DOMAIN/NAME.

    Given a FILE it takes the manifests of kind Backfill in it, and no other flags of slots.

    \b
    Examples:
      reconciler backfill weather.daily --from 2024-01-01 --to 2024-02-01 --dry-run
      reconciler backfill weather.daily v1.4.0 --from 2024-01-01 --window 30d --wait
      reconciler backfill weather.daily --window 7d --retries 2 --auto-approve
      reconciler backfill weather.daily --from 2024-01-01 --window 90d --strategy workflow
      reconciler backfill backfills/january.yaml --wait
      reconciler backfill january --cancel      end what of it runs

    Exit codes: 0 done, or launched; 5 if slots failed; 1 an error.
    """
    from reconciler.cli.carrying import Manner
    from reconciler.cli.sections import run_sections
    from reconciler.cli.session import find_units
    from reconciler.errors import ApplyRefusedError

    options = settings()
    manner = Manner(
        ask=not auto_approve,
        wait=0,
        allow_older=True,
        atomic=False,
        verbose=verbose,
        parallelism=parallelism,
        until_done=wait,
    )
    if manner.ask and not dry_run and not can_ask(os.environ):
        raise ApplyRefusedError(
            "backfill asks before it launches, and here is no terminal to ask on; "
            "pass --auto-approve, or --dry-run to see which slots would run"
        )
    chosen: Choice = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )

    def section(unit: "Unit") -> "Result":
        from reconciler.cli.backfilling import backfill
        from reconciler.cli.session import connected

        with connected(options, unit, parallelism=parallelism) as (remote, config):
            if cancel:
                from reconciler.cli.cancelling import cancel_backfills, named

                backfills = named(what, said, unit, remote, is_file=_is_file(what))
                return cancel_backfills(
                    remote, backfills, options, ask_first=manner.ask, dry_run=dry_run
                )
            declared = _declared(what, version, said, unit, remote)
            return backfill(
                remote,
                declared,
                options,
                manner,
                unit=unit,
                endpoint=config.endpoint,
                dry_run=dry_run,
                is_from_flags=not _is_file(what),
                allow=frozenset({"many-launched"} if allow_many_launches else ()),
            )

    return run_sections(find_units(chosen), section, options, kind="applies", stop_early=True)


def _declared(
    what: str, version: str | None, said: dict[str, Any], unit: "Unit", remote: "Remote"
) -> "Sequence[Manifest]":
    """What is to be backfilled: the manifests of a file, or what the flags say."""
    from reconciler.cli.backfilling import from_flags
    from reconciler.cli.session import manifests
    from reconciler.errors import ConfigError
    from reconciler.manifest import Backfill

    if not _is_file(what):
        return [from_flags(what, version, said, remote)]
    if version is not None or any(said[name] for name in ("start", "end", "window")):
        raise ConfigError(f"{what} says itself which slots it is about; leave the flags out")
    found = [one for one in manifests([Path(what)], unit) if isinstance(one, Backfill)]
    if not found:
        raise ConfigError(f"{what} holds no manifest of kind Backfill")
    return found


def _is_file(what: str) -> bool:
    """Whether manifests are named, and no launch plan."""
    path = Path(what)
    return path.suffix in (".yaml", ".yml", ".json") or path.is_dir()
