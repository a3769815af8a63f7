"""`reconciler drift`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit
from reconciler.cli.options import (
    admin_option,
    json_option,
    parallelism_option,
    program_options,
    say,
    settings,
)
from reconciler.cli.outputs import output_options
from reconciler.cli.readers import drift_for_readers

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from collections.abc import Sequence

    from reconciler.manifest import Manifest
    from reconciler.model import DriftReport


@click.command(cls=ChoosingCommand)
@click.option(
    "--ledger-only",
    is_flag=True,
    help="Compare with what the last apply left, and read no manifests.",
)
@click.option(
    "--ignore-pending",
    is_flag=True,
    help="Do not count what is only not applied yet: exit 0 if there is nothing else.",
)
@click.option(
    "--prometheus-into",
    "prometheus",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write metrics into FILE, for node_exporter's textfile collector.",
)
@click.option(
    "--push",
    metavar="URL",
    help="Send the same metrics to a Pushgateway, such as http://pushgateway:9091, a group for "
    "each workspace and environment; credentials may stand in the URL.",
)
@click.option(
    "--patch-into",
    "patch",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a patch of the manifests into FILE that declares what was done by hand; look at "
    "it, then `git apply FILE`.",
)
@choice_options
@json_option
@output_options(formats=True)
@admin_option
@parallelism_option
@program_options
def command(
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    ledger_only: bool,
    ignore_pending: bool,
    prometheus: Path | None,
    push: str | None,
    patch: Path | None,
    as_json: bool,
    parallelism: int,
) -> int:
    """Tell what is not as the last apply left it, or not as the manifests say.

    Told apart are what somebody activated, switched off, tore, archived or changed by hand, what
    is active and declared nowhere, what is gone, and what is only not applied yet. Exits 2 if
    there is any. It cannot write.

    \b
    Examples:
      reconciler drift
      reconciler drift -e production --format markdown
      reconciler drift --ledger-only                    needs no manifests and no packages
      reconciler drift --patch-into adopt.patch         to keep what somebody did by hand
      reconciler drift --ignore-pending --prometheus-into /var/lib/node_exporter/drift.prom
    """
    from reconciler.cli.metrics import write_metrics
    from reconciler.cli.sections import Result, run_sections
    from reconciler.cli.session import (
        Unit,
        connected,
        find_units,
        home_of,
        manifests,
        say_without_ledger,
    )
    from reconciler.cli.telemetry import note_drift, stage
    from reconciler.model import DriftKind
    from reconciler.report import drift_as_text, drifts_as_prometheus, without_secrets_in

    options = settings()
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )
    told: list[tuple[str, str, DriftReport]] = []

    def section(unit: Unit) -> Result:
        home = home_of(unit) if ledger_only else unit.home
        declared = None if ledger_only else manifests((), unit)
        with connected(options, unit, parallelism=parallelism) as (remote, _):
            with stage("compare"):
                found = remote.drift(declared, home)
                note_drift(found)
            options.outputs.remember(remote, unit)
        if patch is not None:
            _write_patch(patch, found, declared or ())
        report = without_secrets_in(found, unit.sensitive)
        say_without_ledger(unit)
        name = unit.workspace.metadata.name if unit.workspace else ""
        told.append((name, unit.environment, report))
        counted = [one for one in report.drifts if one.kind is not DriftKind.PENDING]
        has_drift = counted if ignore_pending else report.drifts
        if options.outputs.is_text:
            text = drift_as_text(drift_for_readers(report, unit), color=options.colors(sys.stdout))
            sys.stdout.write(text)
            sys.stdout.flush()
        code = Exit.CHANGES if has_drift else Exit.PARTIAL if report.unread else Exit.OK
        return Result(code, options.outputs.drifted(unit, report))

    units = find_units(chosen)
    if patch is not None and (ledger_only or len(units) > 1):
        raise click.UsageError("--patch-into is about the manifests of one environment")
    code = run_sections(units, section, options, kind="drifts")
    if prometheus is not None:
        write_metrics(prometheus, drifts_as_prometheus(told))
    if push:
        from reconciler.ci import push_metrics

        for workspace, environment, report in told:
            group = {"workspace": workspace, "environment": environment}
            text = drifts_as_prometheus([(workspace, environment, report)])
            push_metrics(push, text, group=group)
    return code


def _write_patch(file: Path, report: "DriftReport", declared: "Sequence[Manifest]") -> None:
    from reconciler.errors import ConfigError
    from reconciler.remote import adopting_patch

    patch = adopting_patch(report, declared)
    try:
        file.write_text(patch.text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror or error}") from error
    for remark in patch.remarks:
        say(f"Not in {file}: {remark}")
