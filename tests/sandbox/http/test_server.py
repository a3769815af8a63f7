"""The HTTP port as such: what happens before any handler, and how it opens and closes."""

import json
import socket

import pytest

from reconciler.sandbox import Admin, Sandbox, Store
from reconciler.sandbox.http import HttpServer
from tests.sandbox.http.conftest import Client


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("//api/v1/projects", "/api/v1/projects"),
        ("/api/v1/./x/../projects?a=b%20c", "/api/v1/projects?a=b%20c"),
        ("/api//v1/", "/api/v1/"),
        ("/api//a%20b", "/api/a%2520b"),
    ],
)
def test_unclean_paths_are_redirected(http: Client, target: str, location: str) -> None:
    """The query is kept; what was escaped is escaped once more, as Go does it."""
    reply = http("POST", target, b"{}")

    assert (reply.status, reply.headers["location"], reply.body) == (307, location, b"")


def test_a_redirected_get_has_a_body_to_read(http: Client) -> None:
    """For clients that do not follow."""
    reply = http("GET", "//healthcheck?a&b")

    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.body == b'<a href="/healthcheck?a&amp;b">Temporary Redirect</a>.\n\n'


@pytest.mark.parametrize("target", ["/api/%zz", "/api/bad%2", "/%"])
def test_paths_that_do_not_unescape_are_refused(http: Client, target: str) -> None:
    """Before anything looks at them, in plain text."""
    reply = http("GET", target)

    assert (reply.status, reply.body) == (400, b"400 Bad Request")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE", "FOO"])
def test_health_has_any_method(http: Client, method: str) -> None:
    """And no body."""
    reply = http(method, "/healthcheck")

    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "0")


def test_the_description_lists_every_path(http: Client) -> None:
    """As plain text, which is how it is asked for."""
    reply = http("GET", "/api/v1/openapi")

    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    document = json.loads(reply.body)
    get_task = document["paths"]["/api/v1/tasks/{id.project}/{id.domain}/{id.name}/{id.version}"]
    assert get_task["get"]["operationId"] == "AdminService_GetTask"
    schema = get_task["get"]["responses"]["200"]["schema"]["$ref"]
    assert schema.rpartition("/")[2] in document["definitions"]


def test_a_head_is_told_the_length(http: Client) -> None:
    """Of what a GET would get."""
    reply = http("HEAD", "/api/v1/openapi")

    assert reply.body == b""
    assert int(reply.headers["content-length"]) == len(http("GET", "/api/v1/openapi").body)


def test_long_paths_come_through(http: Client) -> None:
    """Up to a mebibyte of headers, as in Go."""
    reply = http("GET", "/api/v1/projects/" + "%C3%A9" * 16000)

    assert reply.status == 500  # the error is too long for the gateway, the request is not


def test_a_taken_port_is_an_error_at_once(sandbox: Sandbox) -> None:
    """Not a server that nobody reaches."""
    server = HttpServer(Admin(Store.open()), "127.0.0.1", sandbox.http_port)

    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{sandbox.http_port}"):
        server.start()
    server.stop()


def test_a_stopped_server_frees_its_port() -> None:
    """At once, with a connection still open."""
    server = HttpServer(Admin(Store.open()), "127.0.0.1", 0)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as idle:
        server.stop()
        again = HttpServer(Admin(Store.open()), "127.0.0.1", server.port)
        again.start()
        again.stop()
        assert idle.recv(1) == b""
