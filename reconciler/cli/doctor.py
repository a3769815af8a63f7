"""`reconciler doctor`: which setting won, and what stands between here and Flyte Admin."""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.choice import ChoosingCommand, choice, choice_options
from reconciler.cli.exits import Exit
from reconciler.cli.options import Settings, admin_option, json_option, program_options, settings

if TYPE_CHECKING:  # at run time only once the command runs: `--help` stays quick
    from reconciler.config import Config
    from reconciler.remote import Finding

# Shown although nobody said them.
_ALWAYS = ("endpoint", "insecure", "login.flow", "default_project", "default_domain")


@click.command(cls=ChoosingCommand)
@click.option(
    "--login",
    "logs_in",
    is_flag=True,
    help="Log in where that takes a person; else only a token kept from before is used.",
)
@choice_options
@json_option
@admin_option
@program_options
def command(logs_in: bool, as_json: bool, **given: Any) -> int:
    """Show which setting won and from where, and find out what keeps you from Flyte Admin.

    It looks at the name, the connection and the certificate, at Admin, the login, what may be
    read, at the host of signed URLs and at the clocks; and says how to mend what is not right.
    Nothing is written, and nothing secret is shown.

    Exit 0: all is well, warnings included; 1: something is wrong; 7: a login or a permission is
    missing.

    \b
    Examples:
      reconciler doctor
      reconciler doctor --login
      reconciler doctor -e production --json
    """
    from reconciler.cli.session import find_unit, listening, settled_config
    from reconciler.remote import Person, diagnose

    wishes = settings()
    config = settled_config(wishes, find_unit(choice(**given)))
    person = Person.here(os.environ) if logs_in else Person()
    with listening(config) as reachable:
        findings = diagnose(reachable, environ=os.environ, person=person)
        if as_json:
            found = list(findings)
            sys.stdout.write(_as_json(config, found))
        else:
            found = list(_told(config, findings, wishes))
    return _exit(found)


def _told(
    config: "Config", findings: "Iterator[Finding]", wishes: Settings
) -> "Iterator[Finding]":
    """Write each finding when it is there: a network that does not answer takes its time."""
    from reconciler.remote import Verdict
    from reconciler.report import Style, printable, table

    style = Style(wishes.colors(sys.stdout))
    rows = [
        (name, value, _origin(source, over)) for name, value, source, over in _settings(config)
    ]
    sys.stdout.write(table(("SETTING", "VALUE", "FROM"), rows, color=style.color) + "\n")
    colors = {
        Verdict.OK: style.green,
        Verdict.NOTE: style.dim,
        Verdict.WARNING: style.yellow,
        Verdict.ERROR: style.red,
        Verdict.DENIED: style.red,
    }
    bad = 0
    for one in findings:
        word = colors[one.verdict](f"{one.verdict:<7}")
        sys.stdout.write(f"{word}  {one.check:<15}  {printable(one.text)}\n")
        if one.fix:
            sys.stdout.write(f"{'':<26}→ {printable(one.fix)}\n")
        sys.stdout.flush()
        bad += one.verdict.is_bad
        yield one
    sys.stdout.write(f"\n{_verdict(bad)}\n")


def _verdict(bad: int) -> str:
    if not bad:
        return "Nothing stands in the way."
    return f"{bad} thing{'s' if bad > 1 else ''} to mend."


def _settings(config: "Config") -> Iterator[tuple[str, str, str, Sequence[str]]]:
    """Name, value, place, and the places that were not heard, of each setting that matters."""
    said = dict(config.origins)
    for name in (*_ALWAYS, *(one for one in said if one not in _ALWAYS)):
        if name in said:
            origin = said[name]
            yield name, origin.shown, origin.source, origin.over
        else:
            yield name, _default(config, name), "default", ()


def _default(config: "Config", name: str) -> str:
    if name == "login.flow":
        return config.login.flow or "none said: a person is asked once Admin asks"
    return str(getattr(config, name))


def _origin(source: str, over: Sequence[str]) -> str:
    return f"{source} (over {', '.join(over)})" if over else source


def _as_json(config: "Config", findings: "Sequence[Finding]") -> str:
    from reconciler.report import FORMAT_VERSION, to_json

    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "doctor",
            "endpoint": config.endpoint,
            "well": not any(one.verdict.is_bad for one in findings),
            "settings": [
                {"name": name, "value": value, "source": source, "over": [*over]}
                for name, value, source, over in _settings(config)
            ],
            "findings": [
                {
                    "check": one.check,
                    "verdict": str(one.verdict),
                    "text": one.text,
                    "fix": one.fix,
                    "facts": dict(one.facts),
                }
                for one in findings
            ],
        }
    )


def _exit(findings: "Sequence[Finding]") -> Exit:
    from reconciler.remote import Verdict

    verdicts = {one.verdict for one in findings}
    if Verdict.DENIED in verdicts:
        return Exit.DENIED
    return Exit.ERROR if Verdict.ERROR in verdicts else Exit.OK
