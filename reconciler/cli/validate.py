"""`reconciler validate`."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, paths_argument, program_options, settings


@click.command(cls=ChoosingCommand)
@paths_argument
@choice_options
@json_option
@program_options
def command(
    paths: tuple[Path, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check manifests without talking to Flyte Admin.

    Reads the manifests in PATH (files and folders; without any, what reconciler.yaml names) and
    reports every problem of every file at once: unknown fields, wrong types, dangling references,
    cycles, workflows that Flyte would not compile, schedules it would not take. References to what
    only Flyte Admin holds are left for `plan`. A workspace with several environments is checked
    in each of them, unless -e names some.

    \b
    Examples:
      reconciler validate
      reconciler validate manifests/ --json
    """
    from reconciler.cli.sections import Result, run_sections
    from reconciler.cli.session import (
        Unit,
        caches,
        find_units,
        manifests,
        override_warnings,
        unbuilt_diagnostics,
    )
    from reconciler.errors import ManifestError
    from reconciler.remote import validate
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
            desired = validate(declared, cache=caches())
        except ManifestError as error:
            color = options.colors(sys.stderr)
            sys.stderr.write(diagnostics_as_text(error.diagnostics, color=color))
            document = diagnostics_as_json(error.diagnostics) if as_json else ""
            return Result(Exit.ERROR, document)
        unbuilt = unit.settled.unbuilt if unit.settled else ()
        warnings = (
            *override_warnings(declared, unit, paths),
            *desired.warnings,
            *unbuilt_diagnostics(declared, unbuilt),
        )
        if as_json:
            return Result(Exit.OK, diagnostics_as_json(warnings))
        shown = replace(desired, warnings=warnings)
        sys.stdout.write(validated_as_text(shown, color=options.colors(sys.stdout)))
        return Result(Exit.OK)

    units = find_units(chosen, everywhere=True)
    return run_sections(units, section, options, kind="validations")
