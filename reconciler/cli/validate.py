"""`reconciler validate`."""

import sys
from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, paths_argument, program_options, settings


@click.command()
@paths_argument
@json_option
@program_options
def command(paths: tuple[Path, ...], as_json: bool) -> int:
    """Check manifests without talking to Flyte Admin.

    Reads the manifests in PATH (files and folders; without any, what reconciler.yaml names) and
    reports every problem of every file at once: unknown fields, wrong types, dangling references,
    cycles, workflows that Flyte would not compile, schedules it would not take. References to what
    only Flyte Admin holds are left for `plan`.

    \b
    Examples:
      reconciler validate
      reconciler validate manifests/ --json
    """
    from reconciler.cli.session import find_workspace, manifests
    from reconciler.errors import ManifestError
    from reconciler.remote import validate
    from reconciler.report import diagnostics_as_json, diagnostics_as_text, validated_as_text

    options = settings()
    try:
        desired = validate(manifests(paths, find_workspace()))
    except ManifestError as error:
        sys.stderr.write(diagnostics_as_text(error.diagnostics, color=options.colors(sys.stderr)))
        if as_json:
            sys.stdout.write(diagnostics_as_json(error.diagnostics))
        return Exit.ERROR
    if as_json:
        sys.stdout.write(diagnostics_as_json(desired.warnings))
        return Exit.OK
    sys.stdout.write(validated_as_text(desired, color=options.colors(sys.stdout)))
    return Exit.OK
