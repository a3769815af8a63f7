"""Logging in to an Admin that asks for it, as a pipeline does: with nobody there to answer."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.between import Between
from tests.e2e.conftest import Cli

SECRET = "foobar"


@pytest.fixture
def asking(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, here: Path
) -> Iterator[EmbeddedAdmin]:
    """An Admin that asks for a token, which every command of the test talks to."""
    with embedded_admin(auth=True, chaos=getattr(request, "param", "")) as admin:
        monkeypatch.setenv("FLYTE_PLATFORM_URL", f"http://{admin.endpoint}")
        yield admin


def by_secret(monkeypatch: pytest.MonkeyPatch, secret: str = SECRET) -> None:
    """As flytekit's own variables say it."""
    monkeypatch.setenv("FLYTE_CREDENTIALS_AUTH_MODE", "ClientSecret")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET", secret)


def token_of(admin: EmbeddedAdmin) -> str:
    """A token, got from the authorization server without us."""
    import httpx

    answer = httpx.post(
        f"http://{admin.http_endpoint}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "all"},
        auth=("flytepropeller", SECRET),
    )
    return str(answer.json()["access_token"])


def test_without_a_login_it_says_what_there_is(cli: Cli, etl: Path, asking: EmbeddedAdmin) -> None:
    """Exit 7, at once, and no browser."""
    result = cli("plan", etl)

    assert result.code == 7
    assert "no login is configured" in result.err
    assert "RECONCILER_TOKEN" in result.err


def test_a_client_logs_in_with_its_secret(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: apply, and apply again with nothing left to do."""
    by_secret(monkeypatch)

    first, second = (cli("apply", etl, "--auto-approve") for _ in range(2))

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "No changes" in second.out
    assert SECRET not in first.out + first.err


def test_the_secret_may_lie_in_a_file(
    cli: Cli,
    etl: Path,
    asking: EmbeddedAdmin,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Which flytekit takes for a wish to log in with it."""
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET_LOCATION", str(file))

    assert cli("plan", etl).code == 0


def test_a_wrong_secret_is_told_without_it(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 7 with the authorization server's reason."""
    by_secret(monkeypatch, "not-the-secret")

    result = cli("plan", etl)

    assert result.code == 7
    assert "no token from" in result.err
    assert "not-the-secret" not in result.err


def test_a_token_at_hand_is_used(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a pipeline that was given one."""
    monkeypatch.setenv("RECONCILER_TOKEN", token_of(asking))

    assert cli("plan", etl).code == 0


def test_a_token_that_is_refused_is_told(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was tried, and nothing else can be."""
    monkeypatch.setenv("RECONCILER_TOKEN", "stale.token.here")

    result = cli("plan", etl)

    assert result.code == 7
    assert "the token given was not accepted" in result.err
    assert "stale.token.here" not in result.err


def test_a_command_prints_the_token(
    cli: Cli,
    etl: Path,
    asking: EmbeddedAdmin,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A command of the user's, run without a shell."""
    script = tmp_path / "token.py"
    script.write_text(f"print({token_of(asking)!r})")
    monkeypatch.setenv("FLYTE_CREDENTIALS_COMMAND", f"{sys.executable} {script}")

    assert cli("plan", etl).code == 0


def test_a_command_that_fails_is_told(
    cli: Cli,
    etl: Path,
    asking: EmbeddedAdmin,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """With the last line of its complaint, and not with what it printed."""
    script = tmp_path / "token.py"
    script.write_text("print('half-a-token')\nraise SystemExit('log in to your provider first')")
    monkeypatch.setenv("FLYTE_CREDENTIALS_COMMAND", f"{sys.executable} {script}")

    result = cli("plan", etl)

    assert result.code == 7
    assert "log in to your provider first" in result.err
    assert "half-a-token" not in result.err


@pytest.mark.parametrize("asking", ["seed=1,expire_tokens=3"], indirect=True)
def test_tokens_that_end_are_renewed(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is good for three calls, and an apply takes more: nothing is lost or done twice."""
    by_secret(monkeypatch)

    first, second = (cli("apply", etl, "--auto-approve") for _ in range(2))

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "No changes" in second.out


def test_a_server_that_needs_no_login_is_not_asked_for_one(
    cli: Cli, etl: Path, admin: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configuration for another server does no harm."""
    by_secret(monkeypatch)

    assert cli("plan", etl).code == 0


def test_a_secret_comes_from_a_command(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vault's, which prints it."""
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
    monkeypatch.setenv("RECONCILER_CLIENT_SECRET_COMMAND", f"printf {SECRET}")

    assert cli("plan", etl).code == 0


@pytest.mark.parametrize("mode", ["Pkce", "DeviceFlow"])
def test_ci_is_told_what_works_without_a_person(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """Exit 7 at once: no browser, no code that nobody would type in."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("FLYTE_CREDENTIALS_AUTH_MODE", mode)
    monkeypatch.setenv("BROWSER", "false")

    result = cli("plan", etl)

    assert result.code == 7
    assert f"authType {mode} needs a person, and CI is set" in result.err
    assert "ClientAssertion" in result.err


def test_a_word_of_the_forge_that_admin_does_not_take_is_told(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Admin's own authorization server knows no assertions, and says so; the word is not shown."""
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
    monkeypatch.setenv("RECONCILER_ASSERTION", "env:FLYTE_ID_TOKEN")
    monkeypatch.setenv("FLYTE_ID_TOKEN", "the.forges.word")

    result = cli("plan", etl)

    assert result.code == 7
    assert "Unknown client_assertion_type" in result.err
    assert "the.forges.word" not in result.err


def test_an_assertion_that_is_not_there_is_told(
    cli: Cli, etl: Path, asking: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that forgot to ask for one; before anything is sent."""
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", "flytepropeller")
    monkeypatch.setenv("RECONCILER_ASSERTION", "github")

    result = cli("plan", etl)

    assert result.code == 1
    assert "id-token: write" in result.err


def test_a_proxy_in_front_has_its_token_from_the_first_call(
    etl: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside Admin's own, under its own name."""
    import grpc
    from flyteidl.admin.version_pb2 import GetVersionRequest

    from reconciler.admin import connect
    from reconciler.config import resolve

    seen: list[dict[str, str | bytes]] = []

    def answer(payload: bytes, context: grpc.ServicerContext) -> bytes:
        seen.append(dict(context.invocation_metadata()))
        return b""

    server = grpc.server(ThreadPoolExecutor(1))
    handler = grpc.unary_unary_rpc_method_handler(answer)
    service = "flyteidl.service.AdminService"
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(service, {"GetVersion": handler})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    environ = {
        "RECONCILER_ADMIN": f"127.0.0.1:{port}",
        "FLYTE_CREDENTIALS_PROXY_COMMAND": "printf for-the-proxy",
        "RECONCILER_TOKEN": "for-admin",
        "RECONCILER_TOKEN_HEADER": "flyte-authorization",
    }
    with connect(resolve(environ=environ, home=None)) as connection:
        connection.calls.get_version(GetVersionRequest())
    server.stop(None).wait()

    assert len(seen) == 1
    assert seen[0]["proxy-authorization"] == "Bearer for-the-proxy"
    assert seen[0]["flyte-authorization"] == "Bearer for-admin"


VISIT = """
import sys, urllib.request, http.cookiejar
jar = http.cookiejar.CookieJar()
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
print(browser.open(sys.argv[1]).status, file=open(sys.argv[2], "a"))
"""


def test_a_person_at_a_terminal_logs_in_once(here: Path, etl: Path) -> None:
    """The program itself in a terminal, with a browser of the person's choice; then without."""
    from tests.admin.auth.conftest import CLIENTS, DEVICE, free_port

    (here / "flyteadmin.yaml").write_text(CLIENTS.format(port=free_port(), device=f'"{DEVICE}"'))
    (here / "visit.py").write_text(VISIT)
    visits = here / "visits"
    with embedded_admin(config=str(here / "flyteadmin.yaml")) as admin:
        environ = {name: value for name, value in os.environ.items() if name != "CI"} | {
            "RECONCILER_ADMIN": admin.endpoint,
            "BROWSER": f"{sys.executable} {here / 'visit.py'} %s {visits}",
            "XDG_CACHE_HOME": str(here / "cache"),
        }
        command = [sys.executable, "-m", "reconciler", "plan", str(etl)]
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environ
        ) as process:
            os.close(theirs)
            said = read_all(ours)
            assert process.stdout is not None
            planned = process.stdout.read().decode()
        second = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environ
        )

    assert process.returncode == 0, said
    assert "3 to register" in planned
    assert "Log in to Flyte in your browser" in said
    assert visits.read_text() == "200\n"
    assert second.returncode == 0, second.stderr
    assert "Log in" not in second.stderr


def read_all(terminal: int) -> str:
    """What is written to a terminal, until nobody has it open."""
    said = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            part = b""
        if not part:
            os.close(terminal)
            return said.decode()
        said += part
