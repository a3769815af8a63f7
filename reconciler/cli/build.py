"""`reconciler build`: run the commands that make packages, write and pin what they make."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, paths_argument, program_options, say, settings

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.remote import Built


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option(
    "--push",
    metavar="URL",
    help="Put the archives under a URL (s3://bucket/packages), and write into each manifest's "
    "source where it lies and its digest.",
)
@choice_options
@json_option
@program_options
def command(
    paths: tuple[Path, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    push: str | None,
    as_json: bool,
) -> int:
    """Build the packages that say how they are built.

    Runs the `build` of each Package in PATH (files and folders; without any, what reconciler.yaml
    names): a command of your own, such as `pyflyte package` in the interpreter it needs. What it
    writes is checked and written anew, so that the same content is the same file whoever built
    it. Nothing else runs such commands, but for plan and apply with --build.

    \b
    Examples:
      reconciler build
      reconciler build manifests/shop.yaml
      reconciler build --push s3://acme-packages/shop
    """
    from reconciler.cli.session import caches, find_unit, manifests
    from reconciler.remote import build_packages
    from reconciler.report import built_as_json

    options = settings()
    unit = find_unit(
        choice(
            environments=environments,
            workspaces=workspaces,
            variables=variables,
            variable_files=variable_files,
        )
    )
    options.hide(unit.sensitive)
    built = build_packages(
        manifests(paths, unit), environ=os.environ, log=say, cache=caches(), push=push
    )
    if as_json:
        sys.stdout.write(built_as_json([_facts(one) for one in built]))
    else:
        sys.stdout.write(_text(built))
    return Exit.OK


def _facts(built: "Built") -> dict[str, object]:
    project, domain, name = built.package.place
    return {
        "project": project,
        "domain": domain,
        "name": name,
        "file": str(built.file) if built.file else None,
        "sha256": built.sha256,
        "entities": built.entities,
        "changed": built.changed,
        "pushed": built.pushed.pin if built.pushed else None,
    }


def _text(built: Sequence["Built"]) -> str:
    if not built:
        return "Nothing to build: no package here says how it is built.\n"
    return "".join(_line(one) for one in built)


def _line(built: "Built") -> str:
    count = "1 entity" if built.entities == 1 else f"{built.entities} entities"
    parts = [f"{built.package.label}: {count}, {'new' if built.changed else 'as before'}"]
    if built.file is not None:
        parts.append(f"in {built.file}")
    if built.pushed is None:
        parts.append(f"sha256:{built.sha256}")
    else:
        known = " (there already)" if built.pushed.existed else ""
        parts.append(f"pinned {built.pushed.pin}{known}")
    return ", ".join(parts) + "\n"
