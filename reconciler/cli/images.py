"""`reconciler images …`: container images pinned by digest in images.lock."""

import os
import sys
from typing import TYPE_CHECKING

import click

from reconciler.cli.choice import choice, workspace_option
from reconciler.cli.options import json_option, program_options, say, settings

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from collections.abc import Sequence

    from reconciler.manifest import Workspace
    from reconciler.report import ImageLine


@click.group()
def command() -> None:
    """Pin container images by digest, in images.lock.

    `images` of reconciler.yaml says which there are: a tag, or a build of your own. Manifests say
    ${image.NAME}, and a plan takes the digest that is locked; only `update` asks registries.

    \b
    Examples:
      reconciler images ls
      reconciler images update
      reconciler images update etl
    """


@command.command("ls")
@workspace_option
@json_option
@program_options
def ls(workspaces: tuple[str, ...], as_json: bool) -> None:
    """List the images that reconciler.yaml declares, and the digests that are locked.

    Tells where the tag, or what an image is built of, changed since. No registry is asked.

    \b
    Examples:
      reconciler images ls
      reconciler images ls --json
    """
    from reconciler.manifest import image_states
    from reconciler.report import ImageLine

    states = image_states(_workspace(workspaces)).values()
    _print(
        [ImageLine(one.name, one.image or "", "", one.why or "locked") for one in states],
        as_json=as_json,
    )


@command.command("update")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--force", is_flag=True, help="Build even what did not change.")
@workspace_option
@json_option
@program_options
def update(
    names: tuple[str, ...], force: bool, workspaces: tuple[str, ...], as_json: bool
) -> None:
    """Resolve tags, build what changed, and write images.lock.

    A tag gets the digest that its registry has for it now. A build is run only if what it is made
    of changed, and not if the registry holds it already; its command finds in RECONCILER_IMAGE
    what to push. Logins are those of `docker login`.

    \b
    Examples:
      reconciler images update
      reconciler images update etl --force
    """
    from reconciler.cli.session import home
    from reconciler.remote import update_images
    from reconciler.report import ImageLine

    updates = update_images(
        _workspace(workspaces), names, environ=os.environ, home=home(), log=say, force=force
    )
    lines: Sequence[ImageLine] = [
        ImageLine(
            one.name,
            one.after,
            one.before,
            ("built" if one.built else "updated") if one.before != one.after else "unchanged",
        )
        for one in updates
    ]
    _print(lines, as_json=as_json)


def _workspace(names: tuple[str, ...]) -> "Workspace":
    from reconciler.cli.session import find_one_workspace

    return find_one_workspace(choice(workspaces=names))


def _print(lines: "Sequence[ImageLine]", *, as_json: bool) -> None:
    from reconciler.report import images_as_json, images_as_table

    options = settings()
    if as_json:
        sys.stdout.write(images_as_json(lines))
    else:
        sys.stdout.write(images_as_table(lines, color=options.colors(sys.stdout)))
