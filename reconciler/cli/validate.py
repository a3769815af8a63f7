"""`reconciler validate`."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit, for_error
from reconciler.cli.options import (
    admin_option,
    json_option,
    paths_argument,
    program_options,
    settings,
)

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.cli.session import Unit
    from reconciler.manifest import Manifest
    from reconciler.model import DesiredState


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option(
    "--online",
    is_flag=True,
    help="Also look into the Flyte Admin that `plan` would talk to. --admin does so, too.",
)
@choice_options
@json_option
@admin_option
@program_options
def command(
    paths: tuple[Path, ...],
    online: bool,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check manifests; nothing is asked of Flyte Admin unless you say so.

    Reads the manifests in PATH (files, folders, globs, - for standard input; without any, what
    reconciler.yaml names) and reports every problem of every file at once: unknown fields, wrong
    types, dangling references, cycles, workflows that Flyte would not compile, schedules it would
    not take, and rules of lint.

    What refers to things that only Flyte Admin holds is left open, and said; with --admin or
    --online those are looked up, and what refers to them is compiled and checked against them.
    A workspace with several environments is checked in each of them, unless -e names some.

    \b
    Examples:
      reconciler validate
      reconciler validate manifests/ --json
      reconciler validate -e production --online
      reconciler validate --admin dns:///flyte.example.com

    Exit codes: 0 valid (warnings or not), 1 an error, 3 nothing but errors of lint rules.
    """
    from reconciler.cli.sections import Result, run_sections
    from reconciler.cli.session import (
        Unit,
        find_units,
        manifests,
        override_warnings,
        unbuilt_diagnostics,
    )
    from reconciler.errors import ManifestError
    from reconciler.report import diagnostics_as_json, diagnostics_as_text, validated_as_text

    options = settings()
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )

    def section(unit: Unit) -> Result:
        try:
            declared = manifests(paths, unit)
            desired = _checked(declared, unit, online=online or options.admin is not None)
        except ManifestError as error:
            color = options.colors(sys.stderr)
            sys.stderr.write(diagnostics_as_text(error.diagnostics, color=color))
            document = diagnostics_as_json(error.diagnostics) if as_json else ""
            return Result(for_error(error), document)
        unbuilt = unit.settled.unbuilt if unit.settled else ()
        warnings = (
            *override_warnings(declared, unit, paths),
            *desired.warnings,
            *unbuilt_diagnostics(declared, unbuilt),
        )
        if as_json:
            document = diagnostics_as_json(warnings, unchecked=desired.unchecked)
            return Result(Exit.OK, document)
        shown = replace(desired, warnings=warnings)
        sys.stdout.write(validated_as_text(shown, color=options.colors(sys.stdout)))
        return Result(Exit.OK)

    units = find_units(chosen, everywhere=True)
    return run_sections(units, section, options, kind="validations")


def _checked(declared: "Sequence[Manifest]", unit: "Unit", *, online: bool) -> "DesiredState":
    """What the manifests declare, checked by itself or against what Flyte Admin holds."""
    from reconciler.cli.session import caches, connected
    from reconciler.remote import validate

    if not online:
        return validate(declared, cache=caches())
    with connected(settings(), unit) as (remote, _):
        return remote.validate(declared)
