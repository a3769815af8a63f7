"""`reconciler show`: a saved plan, as it was shown when it was made."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.options import json_option, program_options, settings, verbose_option
from reconciler.cli.outputs import output_options
from reconciler.cli.readers import masks_for

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.remote import SavedPlan


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@output_options(formats=True)
@verbose_option
@program_options
def command(file: Path, as_json: bool, verbose: bool) -> int:
    """Show the plan in FILE, which `reconciler plan --out FILE` wrote.

    Nothing but the file is read: neither Flyte Admin nor manifests. Sensitive values are not in
    it, and are shown as what they are.

    \b
    Examples:
      reconciler show production.plan
      reconciler show production.plan --json | jq .summary
      reconciler show production.plan --markdown-into comment.md
    """
    from reconciler.remote import read_saved
    from reconciler.report import plan_as_text, printable, to_json

    options = settings()
    outputs = options.outputs
    saved = read_saved(file)
    outputs.open()
    document = outputs.plan(None, saved.shown, at=saved.about.planned_at)
    if document:
        # What `plan --json` prints, and where it is from.
        document = to_json({**json.loads(document), "saved": _as_data(saved)})
    if outputs.is_text:
        for word, value in _lines(saved):
            sys.stdout.write(f"{word + ':':13}{printable(value)}\n")
        color = options.colors(sys.stdout)
        masks = masks_for(saved.shown)
        text = plan_as_text(saved.shown, color=color, verbose=verbose, masks=masks)
        sys.stdout.write(f"\n{text}")
    outputs.finish(document)
    return 0


def _lines(saved: "SavedPlan") -> Iterator[tuple[str, str]]:
    about = saved.about
    yield "Saved plan", saved.digest.hex()
    commit = f", of commit {about.commit[:12]}" if about.commit else ""
    yield "Planned", f"{about.planned_at:%Y-%m-%d %H:%M:%S} UTC by {about.tool_version}{commit}"
    yield "Flyte Admin", about.endpoint
    if about.workspace:
        where = f", environment {about.environment}" if about.environment else ""
        yield "Workspace", f"{about.listed or about.workspace}{where}"
    yield "Ledger", "/".join(about.home) if about.home else "none"
    yield "Manifests", about.manifests_digest.hex()
    if about.variables:
        yield "Variables", ", ".join(f"{k}={json.dumps(v)}" for k, v in about.variables.items())
    if saved.secrets:
        yield "Sensitive", ", ".join(secret.name for secret in saved.secrets)


def _as_data(saved: "SavedPlan") -> dict[str, Any]:
    about = saved.about
    home = about.home
    return {
        "digest": saved.digest.hex(),
        "planned_at": f"{about.planned_at:%Y-%m-%dT%H:%M:%SZ}",
        "tool_version": about.tool_version,
        "commit": about.commit or None,
        "endpoint": about.endpoint,
        "workspace": about.workspace or None,
        "environment": about.environment or None,
        "ledger": dict(zip(("project", "domain", "workspace"), home, strict=True))
        if home
        else None,
        "manifests_digest": about.manifests_digest.hex(),
        "variables": dict(about.variables),
        "sensitive": [secret.name for secret in saved.secrets],
    }
