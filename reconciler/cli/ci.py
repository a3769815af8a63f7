"""`reconciler ci …`: what pipelines run."""

import importlib

import click

_COMMANDS = {
    "preview": "Tell a pull request what merging it would do.",
    "post": "Post what an untrusted job's preview left as artifacts.",
    "clean": "Retire what previews registered.",
    "apply": "Apply what was merged, if it is what was reviewed.",
    "snapshot": "Write what manifests name as it is, to plan against elsewhere.",
    "drift": "Find what drifted, on a schedule, and tell everybody once.",
}


class _Lazy(click.Group):
    """A group that knows its commands by name, and loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"reconciler.cli.ci_{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy)
def command() -> None:
    """Preview pull requests, and apply what was merged, as a pipeline does.

    What the pipeline runs for (forge, repository, request, commits) is read from its environment:
    GitHub Actions, GitLab CI, Gitea and Forgejo Actions, Bitbucket Pipelines.

    \b
    Examples:
      reconciler ci preview -e staging -e production
      reconciler ci apply -e production
      reconciler ci drift --ignore-pending
    """
