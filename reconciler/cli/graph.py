"""`reconciler graph`."""

import sys
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.options import paths_argument, program_options, settings

_FORMATS = ("mermaid", "dot", "svg")
_BY_SUFFIX = {
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".md": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
    ".svg": "svg",
}


@click.command(cls=ChoosingCommand)
@paths_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="What to write.  [default: by the name of --out, else mermaid]",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write into a file: .mmd, .md (Mermaid for pages of a forge), .dot or .svg.",
)
@choice_options
@program_options
def command(
    paths: tuple[Path, ...],
    form: str | None,
    out: Path | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    variables: tuple[str, ...],
    variable_files: tuple[str, ...],
) -> None:
    """Draw what refers to what: launch plans, workflows, tasks.

    Of one workspace in one environment, or of the manifests in PATH. Needs no Flyte Admin; what
    only Admin holds is drawn dashed. The same manifests always give the same text, so it can be
    committed and compared.

    \b
    Examples:
      reconciler graph > graph.mmd
      reconciler graph -e production -o graph.svg
      reconciler graph --format dot | dot -Tpdf > graph.pdf
    """
    from reconciler.cli.session import find_unit, manifests
    from reconciler.errors import ConfigError
    from reconciler.remote import draw
    from reconciler.report import drawing_as_dot, drawing_as_mermaid, drawing_as_svg

    chosen = form or (_form_of(out) if out else "mermaid")
    unit = find_unit(
        choice(
            environments=environments,
            workspaces=workspaces,
            variables=variables,
            variable_files=variable_files,
        )
    )
    settings().hide(unit.sensitive)
    drawing = draw(manifests(paths, unit))
    render = {"dot": drawing_as_dot, "svg": drawing_as_svg, "mermaid": drawing_as_mermaid}
    text = render[chosen](drawing)
    if out is None:
        sys.stdout.write(text)
        return
    if chosen == "mermaid" and out.suffix.lower() == ".md":
        text = f"```mermaid\n{text}```\n"
    try:
        out.write_text(unit.sensitive.mask(text), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {out}: {error.strerror or error}") from error
    sys.stdout.write(f"Wrote {out}\n")


def _form_of(out: Path) -> str:
    """What a file is to hold, by its name."""
    form = _BY_SUFFIX.get(out.suffix.lower())
    if form is None:
        known = ", ".join(_BY_SUFFIX)
        raise click.BadParameter(
            f"{out} does not tell what to write: name it with one of {known}, or say --format",
            param_hint="'--out'",
        )
    return form
