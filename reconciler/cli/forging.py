"""Options that say what a pipeline runs for, where its environment does not, or says it wrong."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

_OPTIONS = (
    (
        "--forge",
        "forge_name",
        "NAME",
        "github, gitlab, gitea (Forgejo as well) or bitbucket.",
        str,
    ),
    ("--repository", "repository", "OWNER/NAME", "The repository there.", str),
    ("--request", "number", "NUMBER", "The pull or merge request.", int),
    ("--commit", "head_commit", "COMMIT", "The commit that it ends with.", str),
    ("--base", "base_commit", "COMMIT", "The commit that it is compared with.", str),
    ("--api-url", "api_url", "URL", "Where the API of the forge is.", str),
)


def forge_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that override the environment; the command is given a `request`.

    Raises: ConfigError for a forge that is not known.
    """

    @wraps(command)
    def found(
        *args: Any,
        forge_name: str | None,
        repository: str | None,
        number: int | None,
        head_commit: str | None,
        base_commit: str | None,
        api_url: str | None,
        **rest: Any,
    ) -> Any:
        import os

        from reconciler.ci import Overrides, find_request

        overrides = Overrides(
            forge=forge_name,
            repository=repository,
            number=number,
            head=head_commit,
            base=base_commit,
            api=api_url,
        )
        return command(*args, request=find_request(os.environ, overrides), **rest)

    result: Callable[..., Any] = found
    for flag, name, metavar, text, type in reversed(_OPTIONS):
        result = click.option(
            flag, name, metavar=metavar, type=type, help=f"{text}  [default: the environment's]"
        )(result)
    return result
