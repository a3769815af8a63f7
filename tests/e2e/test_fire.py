"""Applies on Admin's worst days: what can be done is done, and the report is exact.

Every outcome told is held against the account that Admin keeps of what it really carried out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.admin import SystemClock
from reconciler.apply import Lock
from reconciler.cli import applying, ledgered
from reconciler.errors import LedgerError
from reconciler.sandbox import Rule
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.conftest import ETL, Cli, Result
from tests.e2e.fire import MUTATING, Fire, check_exact, differing, world, write_estate

PROJECTS = ("alpha", "beta", "gamma", "delta", "epsilon")
FIVE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.job.yaml"]
  ledger: {project: flytesnacks, domain: production}
"""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries take no time; and whoever applied before is gone, though its process,
    which is that of the tests, lives."""
    monkeypatch.setattr(SystemClock, "sleep", lambda self, seconds: None)
    for module in (ledgered, applying):
        monkeypatch.setattr(module, "is_dead", lambda author: True)


@contextmanager
def burning(
    monkeypatch: pytest.MonkeyPatch, *rules: Rule, seed: int = 0, auth: bool = False
) -> Iterator[tuple[EmbeddedAdmin, Fire]]:
    """An Admin with such days, that every command talks to; calm at first."""
    fire = Fire(*rules, seed=seed)
    with embedded_admin(auth=auth) as admin:
        admin._sandbox.admin.faults = fire
        admin.faults = fire
        monkeypatch.setenv("RECONCILER_ADMIN", f"http://{admin.endpoint}")
        yield admin, fire


def apply(cli: Cli, fire: Fire, *options: str) -> Result:
    """Apply, and hold the report against the account."""
    fire.account.clear()
    result = cli("apply", "--auto-approve", "--json", *options)
    document = _document(result)
    if document is not None:
        is_doubled = any(rule.duplicate for rule in fire.rules)
        check_exact(document, fire.account, is_doubled=is_doubled)
    else:
        assert fire.account == [], result
    return result


def _document(result: Result) -> dict[str, Any] | None:
    last: dict[str, Any] = result.last
    return last if last.get("type") == "apply" else None


def storm(cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path, *rules: Rule, seed: int) -> int:
    """Apply until it is done, in bad weather; it is then as after an apply in good weather.

    Returns: how many applies that took.
    """
    write_estate(here, 1, jobs=4)
    with burning(monkeypatch) as (calm, _):
        assert cli("apply", "--auto-approve").code == 0
        write_estate(here, 2, jobs=4)
        assert cli("apply", "--auto-approve").code == 0
        wanted = world(calm)
    write_estate(here, 1, jobs=4)
    with burning(monkeypatch, *rules, seed=seed) as (admin, fire):
        with fire.calm():
            assert cli("apply", "--auto-approve").code == 0
        write_estate(here, 2, jobs=4)
        codes: list[int] = []
        while len(codes) < 60:
            result = apply(cli, fire)
            codes.append(result.code)
            # Done, but the ledger was not told: the next one finds out what is ours.
            if result.code == 0 and "could not be written to the ledger" not in result.err:
                break
        assert codes[-1] == 0, (seed, codes)
        assert set(codes) <= {0, 1, 5}, (seed, codes)
        fire.end()
        writes = fire.writes
        again = cli("apply", "--auto-approve")
        assert (again.code, fire.writes) == (0, writes), (seed, again)
        assert differing(world(admin), wanted) == {}, seed
    return len(codes)


def test_all_answers_lost(cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Of every write Admin's answer is lost, and nothing is told wrong: reading settles it."""
    lost = Rule(methods=MUTATING, lost_answer=1.0)

    assert storm(cli, monkeypatch, here, lost, seed=1) <= 3


def test_all_answers_lost_and_calls_doubled(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """The network delivers everything twice as well."""
    lost = Rule(methods=MUTATING, lost_answer=1.0, duplicate=1.0)

    assert storm(cli, monkeypatch, here, lost, seed=1) <= 3


DAYS = {
    "unavailable": Rule(unavailable=0.5),
    "exhausted": Rule(exhausted=0.5),
    "deadlines": Rule(deadline=0.2),
    "everything": Rule(unavailable=0.2, exhausted=0.1, deadline=0.05, duplicate=0.1),
    "lost": Rule(methods=MUTATING, lost_answer=0.5, duplicate=0.3, unavailable=0.3, deadline=0.1),
    "torn": Rule(methods=("UpdateLaunchPlan",), torn_activation=0.5, lost_answer=0.3),
}


@pytest.mark.parametrize("day", DAYS)
def test_storms_pass(day: str, cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Whatever the weather, some applies later it is as in good weather."""
    storm(cli, monkeypatch, here, DAYS[day], seed=3)


@pytest.mark.long
@pytest.mark.parametrize("day", DAYS)
def test_a_hundred_storms_of_each_kind(
    day: str, cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """The same, a hundred seeds."""
    for seed in range(100, 200):
        storm(cli, monkeypatch, here, DAYS[day], seed=seed)


DENIED = Rule(methods=MUTATING, deny_project=("gamma",))


def write_five(folder: Path, image: str, *projects: str) -> None:
    """A workspace of projects with an ETL each."""
    (folder / "reconciler.yaml").write_text(FIVE)
    for name in projects:
        etl = ETL.replace("flytesnacks", name).replace("acme/etl:1.4", f"acme/etl:{image}")
        project = f"apiVersion: reconciler/v1\nkind: Project\nmetadata: {{name: {name}}}\n---\n"
        (folder / f"{name}.job.yaml").write_text(project + etl)


def test_one_of_five_may_not_be_written(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """It may be read, so the plan is whole; the four others are done, and the report tells."""
    write_five(here, "1", *PROJECTS)
    with burning(monkeypatch, DENIED) as (_, fire):
        with fire.calm():
            assert cli("apply", "--auto-approve").code == 0
        write_five(here, "2", *PROJECTS)

        first, second = apply(cli, fire), apply(cli, fire)
        fire.end()
        rest = apply(cli, fire)

    assert first.code == 5
    outcomes = first.last["outcomes"]
    done = {one["address"].split(":")[1].split("/")[0] for one in outcomes if one["applied"]}
    assert done == set(PROJECTS) - {"gamma"}
    assert first.last["summary"] == {"done": 16, "failed": 1, "blocked": 3, "skipped": 0}
    # Of what is left nothing can be done.
    assert (second.code, second.last["summary"]["failed"]) == (7, 1)
    assert (rest.code, rest.last["summary"]["done"]) == (0, 4)


def test_a_project_that_was_registered_needs_nothing(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Without a title it gets one, and that is how it is remembered."""
    write_five(here, "1", "gamma")
    with burning(monkeypatch) as (_, fire):
        assert apply(cli, fire).code == 0
        again = cli("plan")

    assert "No changes" in again.out


def test_nothing_may_be_written(cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    """Exit 7: it is not half done, it is forbidden."""
    write_five(here, "1", "gamma")
    with burning(monkeypatch, DENIED) as (_, fire):
        with fire.calm():
            assert cli("apply", "--auto-approve").code == 0
        write_five(here, "2", "gamma")
        result = apply(cli, fire)

    assert result.code == 7
    assert fire.account == []


def test_what_an_apply_without_an_end_left_on_is_ours(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """It has left the manifests since: the very next apply switches it off."""

    def unwritten(lock: Lock, end: object) -> None:
        raise LedgerError("the end was not written")

    write_five(here, "1", "alpha", "beta")
    with burning(monkeypatch) as (_, fire):
        with monkeypatch.context() as patch:
            patch.setattr(Lock, "end", unwritten)
            assert apply(cli, fire).code == 0
        (here / "beta.job.yaml").unlink()
        result, again = apply(cli, fire), cli("plan")

    verbs = [(one["verb"], one["address"]) for one in result.last["outcomes"]]
    assert verbs == [("deactivate", "activation:beta/development/etl.daily")]
    assert result.code == 0
    assert "No changes" in again.out


SECRET = "foobar"


def _token(admin: EmbeddedAdmin) -> str:
    answer = httpx.post(
        f"http://{admin.http_endpoint}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "all"},
        auth=("flytepropeller", SECRET),
    )
    return str(answer.json()["access_token"])


def test_tokens_that_expire_are_renewed(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Ten calls at once, and a token is good for fifteen: all is done, and nothing twice."""
    monkeypatch.setenv("FLYTE_CREDENTIALS_AUTH_MODE", "ClientSecret")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET", SECRET)
    write_estate(here, 1, jobs=4)
    with burning(monkeypatch, Rule(expire_tokens=15), auth=True) as (_, fire):
        first = apply(cli, fire)
        write_estate(here, 2, jobs=4)
        second = apply(cli, fire)
        writes = fire.writes
        third = apply(cli, fire)

    assert (first.code, second.code, third.code) == (0, 0, 0), first.err + second.err
    assert fire.writes == writes
    assert "expire_tokens" in {happening.fault for happening in fire.happened}
    taken = [call.address for call in fire.account if call.taken and "Create" in call.method]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize(("refusals", "codes"), [(1, [0, 0]), (2, [7, 0])])
def test_a_refused_token_is_renewed_once(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, etl: Path, refusals: int, codes: list[int]
) -> None:
    """A new one that is refused too before anybody got through with it is a matter of rights."""
    monkeypatch.setenv("FLYTE_CREDENTIALS_AUTH_MODE", "ClientSecret")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET", SECRET)
    with burning(monkeypatch, auth=True) as (_, fire):
        fire.next("CreateTask", "expire_tokens", times=refusals)

        assert [apply(cli, fire, str(etl)).code for _ in codes] == codes
        assert len(fire.happened) == refusals


def test_a_token_that_cannot_be_renewed_expires(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """In the middle: what was done is told, what was not too, and with a new one it goes on."""
    write_estate(here, 1, jobs=4)
    codes = []
    with burning(monkeypatch, Rule(expire_tokens=45), auth=True) as (admin, fire):
        for _ in range(12):
            monkeypatch.setenv("RECONCILER_TOKEN", _token(admin))
            codes.append(apply(cli, fire).code)
            if codes[-1] == 0:
                break
        monkeypatch.setenv("RECONCILER_TOKEN", _token(admin))
        with fire.calm():
            again = cli("plan")

    assert codes[0] in (5, 7)
    assert codes[-1] == 0
    assert 5 in codes
    assert "No changes" in again.out
