"""Signed URLs: who signs them, where they lead, and what they say of Admin's clock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import grpc
from flyteidl.service.dataproxy_pb2 import (
    CreateDownloadLocationResponse,
    CreateUploadLocationRequest,
    CreateUploadLocationResponse,
)

from reconciler.admin import RetryPolicy, SystemClock, connect
from reconciler.admin.doctor.finding import Finding, Verdict
from reconciler.admin.doctor.store import look_at_store
from reconciler.config import Config
from tests.admin.auth.conftest import free_port
from tests.admin.auth.test_http import answering

Answer = Callable[[bytes, grpc.ServicerContext], bytes]


def refuse(payload: bytes, context: grpc.ServicerContext) -> bytes:
    context.abort(grpc.StatusCode.PERMISSION_DENIED, "no uploads for you")
    raise AssertionError("abort does not return")


def signing(url: str, *, ahead: timedelta = timedelta()) -> Answer:
    """Sign uploads for a place, by a clock that is so far ahead."""

    def sign(payload: bytes, context: grpc.ServicerContext) -> bytes:
        request = CreateUploadLocationRequest.FromString(payload)
        answer = CreateUploadLocationResponse(signed_url=url, native_url="s3://b/k")
        until = datetime.now(UTC) + ahead + request.expires_in.ToTimedelta()
        answer.expires_at.FromDatetime(until)
        return bytes(answer.SerializeToString())

    return sign


def downloading(url: str) -> Answer:
    answer = CreateDownloadLocationResponse(signed_url=url).SerializeToString()
    return lambda payload, context: answer


@contextmanager
def data_proxy(upload: Answer, download: Answer) -> Iterator[str]:
    """A server of that service alone; its endpoint."""
    server = grpc.server(ThreadPoolExecutor(2))
    methods = {"CreateUploadLocation": upload, "CreateDownloadLocation": download}
    handlers = {name: grpc.unary_unary_rpc_method_handler(one) for name, one in methods.items()}
    service = "flyteidl.service.DataProxyService"
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


def look(upload: Answer, download: Answer) -> list[Finding]:
    with data_proxy(upload, download) as endpoint:
        config = Config(endpoint=endpoint, source="the test", insecure=True)
        with connect(config, policy=RetryPolicy(attempts=1)) as connection:
            return list(look_at_store(connection, "p", "d", clock=SystemClock(), environ={}))


def test_uploads_and_downloads_may_lead_to_two_hosts() -> None:
    """Each is tried, without its path and query, which are a credential."""
    asked: list[str] = []

    def store(target: str, form: object) -> tuple[int, object]:
        asked.append(target)
        return 403, {}

    with answering(store) as up, answering(store) as down:
        found = look(signing(f"{up}/b/k?X-Sig=hush"), downloading(f"{down}/b/k?X-Sig=hush"))

    origins = [one.facts["origin"] for one in found if one.check == "store"]
    assert origins == [up, down]
    assert asked == ["/", "/"]
    assert "hush" not in repr(found)
    assert not any(one.verdict.is_bad for one in found)


def test_a_host_that_is_not_reached() -> None:
    """As often in Kubernetes: Admin signs for a name that only the cluster knows."""
    nowhere = f"http://127.0.0.1:{free_port()}/b/k"
    (bad,) = (one for one in look(signing(nowhere), downloading(nowhere)) if one.verdict.is_bad)
    assert bad.check == "store-tcp"
    assert "storage.signedUrl" in bad.fix


def test_uploads_that_are_not_allowed() -> None:
    """A permission, not a fault; nothing further is tried."""
    (one,) = look(refuse, refuse)
    assert (one.check, one.verdict) == ("signed-upload", Verdict.DENIED)
    assert "no uploads for you" in one.text


def test_admins_clock_shows_in_what_it_signs() -> None:
    """For as long as was asked, from its own now on."""
    nowhere = "file:///tmp/x"
    for seconds, verdict in ((0, Verdict.OK), (100, Verdict.WARNING), (-4000, Verdict.ERROR)):
        ahead = timedelta(seconds=seconds)
        found = look(signing(nowhere, ahead=ahead), downloading(nowhere))
        (clock,) = (one for one in found if one.check == "clock")
        assert clock.verdict is verdict
        assert abs(float(str(clock.facts["seconds"])) - seconds) < 2


def test_a_store_that_is_no_web_server() -> None:
    """Nothing to try: said, and no error."""
    found = look(signing("file:///tmp/x"), downloading("file:///tmp/x"))
    assert found[-1].verdict is Verdict.NOTE
