"""Everything from the name to the clocks, at Admins that are well and Admins that are not."""

from typing import Any

import grpc
import httpx
import pytest
from flyteidl.admin.project_pb2 import Domain, Project
from flyteidl.service.dataproxy_pb2 import (
    CreateDownloadLocationRequest,
    CreateUploadLocationRequest,
)

from reconciler.admin import Person, SystemClock, connect
from reconciler.admin.doctor import Finding, Verdict, diagnose
from reconciler.admin.doctor.login import claims_of
from reconciler.admin.doctor.service import look_at_versions
from reconciler.config import Config, Flow, Login
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.admin.auth.conftest import LaterClock
from tests.admin.auth.people import Somebody, allow_device
from tests.admin.server import Refuse, ScriptedAdmin

SECRET = Login(flow=Flow.CLIENT_SECRET, client_id="flytepropeller", secret="foobar")


@pytest.fixture(scope="module")
def well() -> Any:
    with embedded_admin() as admin:
        yield admin


@pytest.fixture(scope="module")
def asking() -> Any:
    with embedded_admin(auth=True) as admin:
        yield admin


def examine(
    endpoint: str, *, person: Person | None = None, ahead: float = 0, **fields: Any
) -> dict[str, Finding]:
    """The findings by check; of several the worst."""
    config = Config(endpoint=endpoint, source="the test", insecure=True, **fields)
    clock = LaterClock(ahead) if ahead else SystemClock()
    worst: dict[str, Finding] = {}
    for one in diagnose(config, environ={}, person=person or Person(), clock=clock):
        assert one.fix or one.verdict in (Verdict.OK, Verdict.NOTE), one
        known = worst.get(one.check)
        if known is None or list(Verdict).index(one.verdict) > list(Verdict).index(known.verdict):
            worst[one.check] = one
    return worst


def bad(found: dict[str, Finding]) -> list[str]:
    return [check for check, one in found.items() if one.verdict not in (Verdict.OK, Verdict.NOTE)]


def test_an_admin_that_is_well(well: EmbeddedAdmin) -> None:
    """Everything is looked at, in order, and nothing found."""
    found = examine(well.endpoint)

    assert bad(found) == []
    assert list(found) == [
        *("settings", "dns", "tcp", "admin", "login", "versions", "project", "reading", "writing"),
        *("signed-upload", "clock", "signed-download", "store-dns", "store-tcp", "store"),
    ]
    assert found["login"].text == "Admin asks nobody who they are"
    assert well.http_endpoint in found["store"].text


def test_nothing_is_written(well: EmbeddedAdmin) -> None:
    """Signatures are asked for, and not used: where an upload would lie, there is nothing."""
    found = examine(well.endpoint)
    assert found["signed-upload"].verdict is Verdict.OK
    assert "X-Amz" not in repr(found)

    config = Config(endpoint=well.endpoint, source="the test", insecure=True)
    with connect(config) as connection:
        calls = connection.calls
        upload = calls.create_upload_location(
            CreateUploadLocationRequest(
                project="flytesnacks",
                domain="development",
                filename="reconciler-doctor",
                filename_root="reconciler-doctor",
                content_md5=bytes(16),
            )
        )
        request = CreateDownloadLocationRequest(native_url=upload.native_url)
        signed = calls.create_download_location(request).signed_url
    assert httpx.get(signed).status_code == 404


def test_a_login_says_whose_it_is(asking: EmbeddedAdmin) -> None:
    """By which way, how long it lasts, and for what."""
    found = examine(asking.endpoint, login=SECRET)

    assert bad(found) == []
    login = found["login"]
    assert "by ClientSecret" in login.text
    assert "lasts 29 min more" in login.text or "lasts 30 min more" in login.text
    assert login.facts["scopes"] == ["all", "offline"]
    assert "foobar" not in repr(found)


def test_a_persons_login(asking: EmbeddedAdmin, tmp_path: Any) -> None:
    """Nobody is asked, unless they asked for it; what was kept is used."""
    fields: dict[str, Any] = {
        "login": Login(flow=Flow.DEVICE),
        "token_folder": str(tmp_path / "tokens"),
    }
    refused = examine(asking.endpoint, person=Person(in_ci=True), **fields)
    assert refused["login"].verdict is Verdict.DENIED
    assert "doctor --login" in refused["login"].fix
    somebody = Somebody(allow_device)
    found = examine(asking.endpoint, person=somebody.person(), **fields)
    assert "as sandbox, by DeviceFlow" in found["login"].text
    assert examine(asking.endpoint, **fields)["login"].verdict is Verdict.OK


def test_without_a_login_it_ends_there(asking: EmbeddedAdmin) -> None:
    """Nothing else could be known."""
    found = examine(asking.endpoint)

    assert bad(found) == ["login"]
    assert found["login"].verdict is Verdict.DENIED
    assert "no login is configured" in found["login"].text
    assert list(found)[-1] == "login"


@pytest.mark.parametrize(
    ("login", "said"),
    [
        (Login(flow=Flow.CLIENT_SECRET, client_id="x", secret="hush"), "invalid_client"),
        (Login(flow=Flow.TOKEN, token="hush.hush.hush"), "the token given was not accepted"),
        (Login(flow=Flow.TOKEN, token_file="/nowhere"), "cannot read the token"),
        (Login(flow=Flow.COMMAND, command=("/nowhere",)), "cannot run"),
    ],
)
def test_a_login_that_is_refused(asking: EmbeddedAdmin, login: Login, said: str) -> None:
    """By whom and why, without what it was."""
    found = examine(asking.endpoint, login=login)
    assert found["login"].verdict in (Verdict.DENIED, Verdict.ERROR)
    assert said in found["login"].text
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    ("ahead", "verdict", "words"),
    [
        (60, Verdict.WARNING, "60 s behind ours"),
        (-60, Verdict.WARNING, "60 s ahead of ours"),
        (7200, Verdict.ERROR, "7200 s behind ours"),
    ],
)
def test_clocks_that_differ(
    well: EmbeddedAdmin, ahead: float, verdict: Verdict, words: str
) -> None:
    """By how much, and which way: signatures and tokens depend on it."""
    clock = examine(well.endpoint, ahead=ahead)["clock"]
    assert clock.verdict is verdict
    size = abs(float(str(clock.facts["seconds"])))
    assert size == pytest.approx(abs(ahead), abs=1.5)
    assert words.split(" s ")[1] in clock.text


def test_a_project_that_is_not_there(well: EmbeddedAdmin) -> None:
    """Another is taken to try the rest, and it is said how to name one's own."""
    found = examine(well.endpoint, default_project="risk")
    assert found["project"].verdict is Verdict.NOTE
    assert "risk/development, are not there" in found["project"].text
    assert "FLYTE_DEFAULT_PROJECT" in found["project"].fix
    assert found["signed-upload"].verdict is Verdict.OK


def test_what_may_not_be_read(server: ScriptedAdmin) -> None:
    """Each kind by its name; a missing permission is no error of the server."""
    project = Project(id="flytesnacks", domains=[Domain(id="development")])
    server.projects["flytesnacks"] = project
    no = Refuse(grpc.StatusCode.PERMISSION_DENIED, "not for you")
    server.fail("ListLaunchPlans", no, no)
    server.fail("ListMatchableAttributes", Refuse(grpc.StatusCode.INTERNAL, "broken"))
    config = Config(endpoint=server.endpoint, source="the test", insecure=True)

    found = list(diagnose(config, environ={}))

    reading = {one.verdict: one for one in found if one.check == "reading"}
    assert reading[Verdict.DENIED].facts["denied"] == ["launch plans"]
    assert "not for you" in reading[Verdict.DENIED].text
    assert "tasks" in str(reading[Verdict.OK].facts["may"])


def test_a_server_that_is_no_admin(server: ScriptedAdmin) -> None:
    """It answers, but not as one would."""
    server.fail("GetVersion", *[Refuse(grpc.StatusCode.UNIMPLEMENTED, "unknown service")] * 3)
    found = examine(server.endpoint)
    assert bad(found) == ["admin"]
    assert "gRPC port" in found["admin"].fix


def test_a_web_server_is_no_admin(well: EmbeddedAdmin) -> None:
    """The console's port instead of gRPC's."""
    assert bad(examine(well.http_endpoint)) == ["admin"]


@pytest.mark.parametrize(
    ("admin", "verdict"),
    [
        ("v1.16.8", Verdict.OK),
        ("1.13.0", Verdict.OK),
        ("unknown", Verdict.OK),
        ("", Verdict.OK),
        ("v1.9.1", Verdict.WARNING),
        ("v0.6.0", Verdict.ERROR),
        ("v2.0.0", Verdict.ERROR),
    ],
)
def test_versions(admin: str, verdict: Verdict) -> None:
    """Flyte 1 is what this is for; its own image may not know its version."""
    (one,) = look_at_versions(admin)
    assert one.verdict is verdict
    assert "flyteidl" in one.text


@pytest.mark.parametrize("token", ["", "opaque", "a.b.c", "a.bm90IGpzb24.c", "a.WzFd.c", "é.é.é"])
def test_tokens_that_say_nothing(token: str) -> None:
    """Opaque ones are as good as any; they only tell no name."""
    assert claims_of(token) == {}


def test_a_token_that_ended(asking: EmbeddedAdmin) -> None:
    """By the clock of this machine, which is wrong."""
    found = examine(asking.endpoint, login=SECRET, ahead=3600)
    assert "the token has ended" in found["login"].text
    assert found["clock"].verdict is Verdict.ERROR


def test_an_admin_that_goes_away_meanwhile(server: ScriptedAdmin) -> None:
    """What was found until then stands."""
    project = Project(id="flytesnacks", domains=[Domain(id="development")])
    server.projects["flytesnacks"] = project
    gone = Refuse(grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses")
    server.fail("ListTasks", gone, gone, gone)

    found = examine(server.endpoint)

    assert "admin" in bad(found) or "reading" in bad(found)
    assert found["project"].verdict is Verdict.OK
