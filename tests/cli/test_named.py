"""How things are named on the command line."""

from types import SimpleNamespace
from typing import Any

import click
import pytest

from reconciler.cli.named import entity_name, execution_id

REMOTE: Any = SimpleNamespace(default_project="p", default_domain="d")


@pytest.mark.parametrize(
    ("text", "project", "domain", "shown"),
    [
        ("etl.daily", None, None, "p/d/etl.daily"),
        ("etl.daily@v1", None, None, "p/d/etl.daily@v1"),
        ("etl.daily@v@1", None, None, "p/d/etl.daily@v@1"),
        ("a/b/etl", None, None, "a/b/etl"),
        ("a/b/etl@v1", "x", "y", "a/b/etl@v1"),
        ("etl", "x", None, "x/d/etl"),
        ("etl", None, "y", "p/y/etl"),
        ("odd/name", "x", "y", "x/y/odd/name"),
    ],
)
def test_names_of_versions(text: str, project: str, domain: str, shown: str) -> None:
    """A name, a path, and a version behind either."""
    assert str(entity_name(text, REMOTE, project, domain)) == shown


@pytest.mark.parametrize("text", ["", "@v1", "etl@", "a/b/"])
def test_what_names_no_version(text: str) -> None:
    """A name is never empty, nor is a version that is said."""
    with pytest.raises(click.BadParameter):
        entity_name(text, REMOTE, None, None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("f3a9", "p/d/f3a9"),
        ("a/b/f3a9", "a/b/f3a9"),
        ("https://f.example/console/projects/a/domains/b/executions/f3a9", "a/b/f3a9"),
        ("https://f.example/console/projects/a/domains/b/executions/f3a9?tab=1#x", "a/b/f3a9"),
        ("http://f.example/projects/a/domains/b/executions/f3a9/nodes", "a/b/f3a9"),
        ("flyte://v1/a/b/f3a9", "a/b/f3a9"),
        ("flyte://v1/a/b/f3a9/n0/0/o", "a/b/f3a9"),
    ],
)
def test_names_of_executions(text: str, shown: str) -> None:
    """What is copied from anywhere will do."""
    assert str(execution_id(text, REMOTE, None, None)) == shown


@pytest.mark.parametrize("text", ["", "a/b", "a//f3a9", "https://f.example/", "flyte://v1/a/b"])
def test_what_names_no_execution(text: str) -> None:
    """And how they are named is said."""
    with pytest.raises(click.BadParameter, match="PROJECT/DOMAIN/NAME"):
        execution_id(text, REMOTE, None, None)
