"""`reconciler ci post`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.forging import forge_options
from reconciler.cli.options import program_options, say

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.ci import Request


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@forge_options
@program_options
def command(folder: Path, request: "Request") -> int:
    """Post what an untrusted job's preview left in FOLDER.

    A fork's pipeline gets no token, for it runs what the fork says: it runs `ci preview --no-post
    --artifacts`. This command runs in a workflow of the target, which checks out nothing of the
    request, and posts the same comments. Nothing in FOLDER is believed: the forge says whether
    the request has that commit and comes from where the job ran, and texts are shown as code.

    \b
    Examples:
      reconciler ci post preview            of GitHub's event workflow_run
      reconciler ci post preview --request 7
    """
    import os
    from datetime import UTC, datetime

    from reconciler.ci import post_left, read_artifacts

    left = read_artifacts(folder)
    for text in post_left(left, request, os.environ, now=datetime.now(UTC)):
        say(text)
    return 0
