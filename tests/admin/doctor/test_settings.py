"""What a configuration gives away by itself."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.admin.doctor.finding import Verdict
from reconciler.admin.doctor.settings import look_at_settings
from reconciler.config import Config, Flow, Login


def look(endpoint: str = "flyte.example.com:443", **fields: Any) -> list[tuple[Verdict, str, str]]:
    config = Config(endpoint=endpoint, source="the test", **fields)
    return [(one.verdict, one.text, one.fix) for one in look_at_settings(config)]


def test_nothing_to_say() -> None:
    """Only where the endpoint is from."""
    assert look() == [(Verdict.OK, "the endpoint is from the test", "")]


@pytest.mark.parametrize(
    ("endpoint", "flow", "bad"),
    [
        ("flyte.example.com:80", Flow.CLIENT_SECRET, True),
        ("10.0.0.1:80", Flow.TOKEN, True),
        ("flyte.example.com:80", Flow.NONE, False),
        ("localhost:30080", Flow.PKCE, False),
        ("127.0.0.2:1", Flow.PKCE, False),
        ("[::1]:1", Flow.PKCE, False),
    ],
)
def test_tokens_in_plain_text(endpoint: str, flow: Flow, bad: bool) -> None:
    """To another machine; on this one nobody listens in."""
    (one,) = look(endpoint, insecure=True, login=Login(flow=flow))
    assert (one[0] is Verdict.WARNING) is bad
    assert ("in plain text" in one[1]) is bad


def test_misspelt_keys_are_told_with_what_is_meant() -> None:
    """Where something is close."""
    found = look(unknown_keys=("admin.insecureSkipVerfy", "admin.zzz"))
    assert found[0][2] == "do you mean admin.insecureSkipVerify?"
    assert found[1][2] == "take it out of the file"


def test_a_secret_that_everybody_can_read(tmp_path: Path) -> None:
    """With how to close it; a group may be how it is mounted."""
    file = tmp_path / "secret"
    file.write_text("s")
    file.chmod(0o644)
    (one,) = look(login=Login(secret_file=str(file)))
    assert one == (
        Verdict.WARNING,
        f"{file} can be read by others on this machine",
        f"chmod 600 {file}",
    )
    file.chmod(0o640)
    assert look(login=Login(secret_file=str(file)))[0][0] is Verdict.OK


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"insecure_skip_verify": True}, "whoever answers at the endpoint is believed"),
        ({"login": Login(token_url="http://idp.example/token")}, "tokenUrl is http://"),
        ({"remarks": ("FLYTECTL_CONFIG names x, which does not exist",)}, "does not exist"),
    ],
)
def test_what_else_is_worth_a_word(fields: dict[str, Any], said: str) -> None:
    """Each with what to do."""
    (one,) = look(**fields)
    assert one[0] is Verdict.WARNING
    assert said in one[1]
    assert one[2]
