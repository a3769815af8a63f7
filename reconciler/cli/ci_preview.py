"""`reconciler ci preview`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.against import against_option
from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import for_error, worst
from reconciler.cli.forging import forge_options
from reconciler.cli.options import (
    admin_option,
    build_option,
    json_option,
    parallelism_option,
    paths_argument,
    program_options,
    say,
    settings,
    verbose_option,
)
from reconciler.cli.planning import planning_options

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.ci import Request
    from reconciler.model import PlanOptions


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 if there are changes, 0 if none.")
@click.option(
    "--artifacts",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Leave plans as files in FOLDER: JSON, text, HTML, and saved for `apply`.",
)
@click.option(
    "--post/--no-post",
    default=True,
    help="Say it on the request and its commit.  [default: if there is a token]",
)
@click.option(
    "--deploy",
    is_flag=True,
    help="Register what the request changes where `preview:` of reconciler.yaml says, to be tried "
    "out.",
)
@against_option
@forge_options
@planning_options
@build_option
@choice_options
@json_option
@verbose_option
@admin_option
@parallelism_option
@program_options
def command(
    paths: tuple[Path, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
    detailed_exitcode: bool,
    artifacts: Path | None,
    post: bool,
    deploy: bool,
    against: Path | None,
    request: "Request",
    planning: "PlanOptions",
    build: bool,
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Tell a pull request what merging it would do.

    Plans each environment, and posts one comment for each on the request, which every later run
    updates; sets a check on its commit, with remarks on lines of manifests; and writes the job's
    summary. A plan that fails is told in the same places. What somebody else moved, and what was
    merged before and not applied yet, is told apart from what the request changes.

    Exits as `reconciler plan` does. Without a token nothing is posted, and summary and artifacts
    are written all the same. It writes nothing to Flyte Admin but what --deploy registers: in
    another domain, without schedules, none of it active, until `reconciler ci clean`.

    \b
    Examples:
      reconciler ci preview -e staging -e production
      reconciler ci preview --artifacts preview
      reconciler ci preview --deploy                           to be tried out
      reconciler ci preview --no-post --artifacts preview      of a fork; see ci post
      reconciler ci preview --forge gitea --repository acme/etl --request 7 \\
        --api-url https://git.acme.dev/api/v1
    """
    import os

    from reconciler.ci import tell_request, warm_up
    from reconciler.cli.previewing import Asked, plan_all
    from reconciler.cli.repository import top_folder
    from reconciler.report import Masks, plan_as_text, to_json

    if deploy and against is not None:
        raise click.UsageError("--deploy writes to Flyte Admin, which --against does without")
    if post:
        warm_up(request, os.environ)
    options = settings()
    chosen = choice(
        environments=environments,
        workspaces=workspaces,
        variables=variables,
        variable_files=variable_files,
    )
    asked = Asked(
        request=request,
        paths=paths,
        planning=planning,
        build=build,
        parallelism=parallelism,
        detailed=detailed_exitcode,
        artifacts=artifacts,
        deploy=deploy,
        against=against,
    )
    planned = []
    for one in plan_all(chosen, asked, options):
        planned.append(one)
        if one.shown is not None and not options.json:
            color = options.colors(sys.stdout)
            masks = Masks.of(one.shown, one.reveal)
            sys.stdout.write(plan_as_text(one.shown, color=color, verbose=verbose, masks=masks))
            sys.stdout.flush()
    told = tell_request(
        planned, request, os.environ, top=top_folder(), post=post, artifacts=artifacts
    )
    for text in told.said:
        say(text)
    if options.json:
        sys.stdout.write(to_json(dict(told.index)))
    codes = [one.code for one in planned]
    return worst([*codes, for_error(told.denied)] if told.denied else codes)
