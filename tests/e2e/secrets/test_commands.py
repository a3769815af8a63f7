"""Every command is run where secrets are planted, and none of them leaves where it should not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from reconciler.cli.main import reconciler
from tests.e2e.secrets.planted import found_below
from tests.e2e.secrets.world import (
    CREDENTIALS,
    NEVER,
    VALUES,
    Run,
    World,
    leaks,
)

_FILES = ("--json-into=o/p.json", "--markdown-into=o/p.md", "--junit-into=o/p.xml")
_REPORTS = (*_FILES, "--html-into=o/p.html")
_MORE = ("--var-file", "secrets.yaml", "--overwrite-moved", "*")
_SAVED = ("plan", "--overwrite-moved", "*", "--out", "o/plan.saved")


@dataclass(frozen=True)
class Case:
    """A command line, and what it may do by its nature.

    Attributes:
        shows: Why its stdout may hold values that nobody marked; "" if it may not.
        keeps: Files, as globs, that hold such values by their nature.
        holds: Files that hold all that Admin holds, by their nature.
        codes: How it may exit.
        first: Command lines that have to come before; what the last one prints is in `first.out`.
    """

    argv: tuple[str, ...]
    shows: str = ""
    keeps: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    codes: tuple[int, ...] = (0,)
    first: tuple[tuple[str, ...], ...] = ()


def case(
    *argv: str,
    shows: str = "",
    keeps: Sequence[str] = (),
    holds: Sequence[str] = (),
    codes: Sequence[int] = (0,),
    first: Sequence[tuple[str, ...]] = (),
) -> Case:
    return Case(argv, shows, tuple(keeps), tuple(holds), tuple(codes), tuple(first))


PERSON = "the person at a terminal who plans or applies has the manifests and may read Admin"
ASKED = "whoever says --show-values asks for them"
MANIFESTS = "manifests are written, and hold what they say"
PLAN = "what it takes to apply it; whoever else reads it is kept out by its mode"

# Every command, none left out: by the words before its arguments.
CASES: dict[str, list[Case]] = {
    "init": [case("new")],
    "validate": [
        case(),
        case("--json"),
        case("--online"),
        case("broken.yaml", codes=[1]),
        case("broken.yaml", "--json", codes=[1]),
    ],
    "schema": [case("Task")],
    "fmt": [
        case("--check", codes=[0, 1]),
        case("--diff", codes=[0, 1], shows=MANIFESTS),
    ],
    "explain": [
        case("Task/flytesnacks/development/shop.load", "spec.container.env.PASSWORD"),
        case("Task/flytesnacks/development/shop.load", "spec.container.env.DSN", "--json"),
        case("Task/flytesnacks/development/shop.load", "spec.container.env.PLAIN", shows=PERSON),
    ],
    "graph": [case(), case("--format", "dot"), case("--format", "svg")],
    "images ls": [case(), case("--json")],
    "images update": [case(codes=[0, 1])],
    "plan": [
        case(*_MORE, shows=PERSON),
        case(*_MORE, "--verbose", shows=PERSON),
        case(*_MORE, "--json", *_REPORTS),
        case("--format", "markdown", codes=[3]),
        case("--format", "junit", codes=[3]),
        case(*_MORE, "--out", "o/plan.saved", shows=PERSON, keeps=["o/plan.saved"]),
        case("broken.yaml", "--json", *_REPORTS, codes=[1]),
    ],
    "apply": [
        case("--auto-approve", *_MORE, *_REPORTS, shows=PERSON),
        case("--auto-approve", *_MORE, "--json"),
        case("broken.yaml", "--auto-approve", "--json", *_REPORTS, codes=[1]),
    ],
    "backfill": [
        case(
            *("shop.daily", "--from-date", "2026-01-01", "--to-date", "2026-01-03"),
            *("--dry-run", "--json"),
            codes=[0, 1],
        ),
    ],
    "show": [
        case(
            "o/plan.saved",
            shows=PERSON,
            first=[_SAVED],
            keeps=["o/plan.saved"],
        ),
        case(
            *("o/plan.saved", "--json", *_REPORTS),
            first=[_SAVED],
            keeps=["o/plan.saved"],
        ),
        case(
            *("o/plan.saved", "--format", "markdown"),
            first=[_SAVED],
            keeps=["o/plan.saved"],
        ),
    ],
    "drift": [
        case("--var-file", "secrets.yaml", shows=PERSON, codes=[2]),
        case(
            *("--json", *_REPORTS, "--prometheus-into", "o/drift.prom"),
            codes=[2],
        ),
        case("--patch-into", "o/drift.patch", shows=PERSON, keeps=["o/drift.patch"], codes=[2]),
        case("--ledger-only", "--format", "markdown", codes=[0, 2]),
        case("--push", "http://ops:<gateway>@127.0.0.1:9/x", "--json", codes=[1, 2]),
    ],
    "history": [case(), case("--json"), case("--all", "--html-into", "o/h.html")],
    "rollback": [case("shop.daily", "--to", "theirs", "--reason", "bad", codes=[0, 1])],
    "hold": [case("shop.daily", "--reason", "bad", first=[("release", "shop.daily")])],
    "release": [case("shop.daily", codes=[0, 1])],
    "adopt": [case("launchplan:flytesnacks/development/shop.daily", codes=[0, 1])],
    "forget": [case("shop.daily", codes=[0, 1])],
    "transfer": [case("shop.daily", "--to", "others", codes=[0, 1])],
    "force-unlock": [case("1", codes=[0, 1])],
    "ledger export": [case()],
    "ledger rebuild": [case(codes=[0, 1, 3])],
    "ledger stats": [case()],
    "ledger verify": [case()],
    "build": [case(), case("--json")],
    "bundle build": [case("--output", "o/code.tgz", codes=[0, 1])],
    "bundle ls": [case(), case("--json")],
    "get attributes": [case(), case("--json"), case("-o", "yaml")],
    "get domains": [case(), case("--json")],
    "get executions": [
        case(),
        case("planted", "--json"),
        case("planted", "--data", "-o", "yaml"),
        case("planted", "--data", "--show-values", "--json", shows=ASKED),
    ],
    "get launchplans": [
        case(),
        case("shop.daily", "--latest", "-o", "yaml"),
        case("shop.daily", "--latest", "--json"),
        case("shop.daily", "--latest", "--show-values", "--json", shows=ASKED),
    ],
    "get nodes": [case("planted"), case("planted", "--json")],
    "get projects": [case(), case("--json")],
    "get signals": [case("planted"), case("planted", "--json")],
    "get task-executions": [case("planted", "n0", codes=[0, 1])],
    "get tasks": [
        case("--json"),
        case("shop.load", "--latest", "-o", "yaml"),
        case("shop.pod", "--latest", "--json"),
        case("shop.load", "--latest", "--show-values", "--json", shows=ASKED),
    ],
    "get workflows": [
        case("--json"),
        case("shop.daily", "--latest", "-o", "yaml"),
        case("shop.daily", "--latest", "--json"),
    ],
    "launch": [
        case("shop.daily", "--dry-run"),
        case("shop.daily", "--dry-run", "--json"),
        case("shop.daily", "-i", "key=<execution input>", "--json"),
        case("shop.daily", "-i", "kez=<execution input>", codes=[1]),
        case("shop.daily", "--dry-run", "--show-values", "--json", shows=ASKED),
    ],
    "relaunch": [case("planted", "--json")],
    "recover": [case("planted", codes=[0, 1])],
    "terminate": [case("planted", "--cause", "enough", codes=[0, 1])],
    "signal approve": [case("planted", "look", codes=[1])],
    "signal ls": [case("planted", "--json")],
    "signal reject": [case("planted", "look", codes=[1])],
    "signal set": [case("planted", "look", "<execution input>", codes=[1])],
    "upload": [case("src", "-p", "flytesnacks", "-d", "development"), case("src", "--json")],
    "download": [
        case("planted", "--inputs", "--output", "o/data", keeps=["o/data/*"], codes=[0, 1]),
        case("flyte://nothing/here", codes=[1, 64]),
    ],
    "watch": [
        case("planted", "--timeout", "0s", codes=[0, 1]),
        case("planted", "--json", "--timeout", "0s", codes=[0, 1]),
    ],
    "ci preview": [
        case("--no-post", "--artifacts", "o/preview", *_MORE, keeps=["o/preview/*/plan.saved"]),
        case("--no-post", "--json", codes=[0, 3]),
        case("--no-post", "--verbose", codes=[0, 3]),
    ],
    "ci post": [
        case(
            "o/preview",
            codes=[0, 1, 7],
            first=[("ci", "preview", "--no-post", "--artifacts", "o/preview")],
            keeps=["o/preview/*/plan.saved"],
        )
    ],
    "ci clean": [case("--dry-run", "--expired", "--json", codes=[0, 1])],
    "ci apply": [case("--unreviewed", *_REPORTS, codes=[0, 1, 3])],
    "ci drift": [
        case(
            *("--no-issue", "--sarif-into", "o/d.sarif", "--prometheus-into", "o/d.prom"),
            *_REPORTS,
            codes=[0, 1, 2, 3],
        ),
        case("--no-issue", "--format", "markdown", codes=[0, 1, 2, 3]),
        case("--no-issue", "--push", "http://ops:<gateway>@127.0.0.1:9/x", codes=[1, 2]),
    ],
    "ci snapshot": [
        case("--out", "o/snapshot.json"),
        case("-e", "dev", "-e", "next", "--out", "o/snapshot.json"),
    ],
    "policy ls": [case(), case("--json")],
    "policy test": [case(codes=[0, 1])],
    "policy eval": [
        case("first.out", first=[("policy", "input", "--overwrite-moved", "*")]),
        case("first.out", "--json", first=[("policy", "input", "--overwrite-moved", "*")]),
    ],
    "policy input": [case()],
    "promote": [
        case("--from", "dev", "--to", "next", "--dry-run", shows=PERSON, codes=[0, 1, 3]),
        case("--from", "dev", "--to", "next", "--dry-run", "--json", codes=[0, 1, 3]),
    ],
    "import attributes": [case("flytectl.yaml", shows=MANIFESTS)],
    "import live": [
        case("--activation-only"),
        case("--write", "o/live", holds=["o/live/**"]),
    ],
    "export": [
        case("o/backup", holds=["o/backup/**"]),
        case("o/backup.tgz", "--json", holds=["o/backup.tgz"]),
    ],
    "doctor": [case(codes=[0, 1]), case("--json", codes=[0, 1])],
    "sandbox clock advance": [case("1h", "--state", "o/none", codes=[1])],
    "sandbox finish": [case("planted", "--state", "o/none", codes=[1])],
    "sandbox logs": [case("--state", "o/none", codes=[0, 1])],
    "sandbox reset": [case("--state", "o/none", codes=[0, 1])],
    "sandbox start": [],
    "sandbox status": [case("--state", "o/none", codes=[0, 1])],
    "sandbox stop": [case("--state", "o/none", codes=[0, 1])],
    "completion": [case("bash")],
}
# What is run elsewhere, and where.
ELSEWHERE = {"sandbox start": "tests/e2e/secrets/test_kept.py serves one that asks for tokens"}


# They change what the others are run on, and so come last.
CHANGING = (
    *("apply", "rollback", "hold", "release", "adopt", "forget", "transfer", "force-unlock"),
    *("ledger rebuild", "backfill", "ci apply"),
)


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that is run by its words."""
    if not isinstance(command, click.Group):
        yield " ".join(words)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, (*words, name))


def test_no_command_is_left_out() -> None:
    """A new one has to say here how it is run, and what it may show by its nature."""
    assert set(leaves(reconciler)) == set(CASES)
    assert {name for name, cases in CASES.items() if not cases} == set(ELSEWHERE)


@pytest.mark.parametrize(
    ("words", "one"),
    [
        pytest.param(tuple(words.split()), one, id=f"{words} {at}")
        for words in sorted(CASES, key=lambda words: words in CHANGING)
        for at, one in enumerate(CASES[words])
    ],
)
def test_a_command_leaks_nothing(words: tuple[str, ...], one: Case, inside: World) -> None:
    """Not on its streams, in files, logs, notifications or telemetry."""
    for before in one.first:
        Path("first.out").write_text(inside.run(*before).out)

    done = inside.run(*words, *(filled(argument) for argument in one.argv))

    assert done.code in one.codes, f"exit {done.code}: {done.err}"
    assert not leaked(done, one, inside)


def filled(argument: str) -> str:
    """An argument with the secrets that belong into it."""
    from tests.e2e.secrets.world import LIVE

    argument = argument.replace("<gateway>", CREDENTIALS["gateway password"].word)
    return argument.replace("<execution input>", LIVE["execution input"].text)


def leaked(done: Run, one: Case, made: World) -> dict[str, set[str]]:
    """What left, by where it was found."""
    every = (*NEVER, *VALUES)
    # Nobody who asks for values can be told which of them were sensitive in some manifest.
    least = CREDENTIALS.values() if one.shows == ASKED else NEVER
    found = leaks({"stdout": done.out}, least if one.shows else every)
    found |= leaks({"stderr": done.err, "log": done.logged}, every)
    found |= leaks(made.sent_but_its_own(), every)
    for name, names in found_below(Path("o"), every).items():
        if _is_any(name, one.holds):
            names = names & {secret.name for secret in CREDENTIALS.values()}
        elif _is_any(name, one.keeps):
            names = names & {secret.name for secret in NEVER}
        if names:
            found[name] = names
    return found


def _is_any(name: str, patterns: Sequence[str]) -> bool:
    return any(
        f"o/{name}".startswith(pattern[:-2])
        if pattern.endswith("/**")
        else Path("o", name).match(pattern)
        for pattern in patterns
    )
