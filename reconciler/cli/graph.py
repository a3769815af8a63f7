"""`reconciler graph`."""

import sys
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.options import paths_argument, program_options, settings

_FORMATS = ("mermaid", "dot", "svg")


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
    help="Write into a file: .mmd, .dot or .svg.",
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

    Needs no Flyte Admin; what only Admin holds is drawn dashed. The same manifests always give the
    same text, so it can be committed and compared.

    \b
    Examples:
      reconciler graph > graph.mmd
      reconciler graph -o graph.svg
      reconciler graph --format dot | dot -Tpdf > graph.pdf
    """
    from reconciler.cli.session import find_unit, manifests
    from reconciler.errors import ConfigError
    from reconciler.remote import draw
    from reconciler.report import drawing_as_dot, drawing_as_mermaid, drawing_as_svg

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
    suffix = out.suffix.removeprefix(".") if out else ""
    text = render[form or (suffix if suffix in _FORMATS else "mermaid")](drawing)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(unit.sensitive.mask(text), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {out}: {error.strerror or error}") from error
    sys.stdout.write(f"Wrote {out}\n")
