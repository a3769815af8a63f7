"""The status page as a browser gets it."""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from reconciler.sandbox import Refusal, Sandbox, parse_config
from tests.sandbox.calls import PD, Client
from tests.sandbox.http.conftest import Client as Http
from tests.sandbox.http.conftest import Reply

HOSTILE = "<script>alert('1')</script>&amp;"
DOMAIN = "/sandbox?project=flytesnacks&domain=development"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def call(sandbox: Sandbox) -> Client:
    return Client.of(sandbox)


class _Reader(HTMLParser):
    """Collects rows of cells, links, and what is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


def read(reply: Reply) -> _Reader:
    """Read a page, which is well-formed."""
    assert reply.status == 200
    reader = _Reader()
    reader.feed(reply.body.decode())
    reader.close()
    assert reader.open == []
    return reader


def test_it_tells_where_everything_is(http: Http, sandbox: Sandbox) -> None:
    """Both ports, the store, the time."""
    facts = dict(row for row in read(http("GET", "/sandbox")).rows if len(row) == 2)

    assert facts["gRPC"] == sandbox.endpoint
    assert facts["HTTP"] == f"http://{sandbox.http_endpoint}"
    assert (facts["Store"], facts["Authentication"]) == (":memory:", "off")
    assert facts["Objects"].startswith("file:///")


def test_projects_show_what_is_in_each_domain(http: Http, call: Client) -> None:
    """Names, and versions where there are more of them."""
    for version in ("v1", "v2"):
        call.task("t", version)
    call.workflow("w")

    rows = read(http("GET", "/sandbox")).rows

    header = ["Project", "Domain", "Tasks", "Workflows", "Launch plans", "Executions"]
    development = ["flytesnacks", "development", "1 (2 versions)", "1", "0", "0"]
    at = rows.index(header)
    assert rows[at + 1 : at + 4] == [
        development,
        ["", "staging", "0", "0", "0", "0"],
        ["", "production", "0", "0", "0", "0"],
    ]


def test_active_launch_plans_say_when_they_are_due(http: Http, call: Client) -> None:
    """A cron's next time is known; a rate counts from when its scheduler saw it."""
    call.workflow("w")
    call.scheduled("cron", cron="0 6 1 1 *")
    call.launch_plan(
        "rate", entity_metadata={"schedule": {"rate": {"value": 5, "unit": "MINUTE"}}}
    )
    call.launch_plan("plain")
    call.scheduled("inactive")
    for name in ("cron", "rate", "plain"):
        call.activate(name)

    rows = read(http("GET", "/sandbox")).rows

    at = rows.index(["Project", "Domain", "Launch plan", "Version", "Schedule", "Due next"])
    shown = {row[2]: row[3:] for row in rows[at + 1 :] if len(row) == 6 and row[3] == "v1"}
    assert shown.keys() == {"cron", "plain", "rate"}
    assert shown["cron"][1] == "cron 0 6 1 1 *"
    assert re.fullmatch(r"20\d\d-01-01T06:00:00Z", shown["cron"][2])
    assert shown["rate"][1:] == ["every 5 minutes", ""]
    assert shown["plain"][1:] == ["", ""]


def test_recent_calls_say_what_became_of_them(http: Http, call: Client) -> None:
    """The newest first, whatever way they came."""
    call.task("mine")
    with pytest.raises(Refusal):
        call("GetTask", {"id": {**PD, "resource_type": "TASK", "name": "x", "version": "v"}})
    http("GET", "/api/v1/projects")

    rows = read(http("GET", "/sandbox")).rows

    at = rows.index(["Time", "Call", "About", "Outcome", "Took", "Via"])
    listed, got, created = rows[at + 1 : at + 4]
    assert (listed[1], listed[3], listed[5]) == ("ListProjects", "OK", "HTTP")
    assert got[1:3] == ["GetTask", "flytesnacks/development/x/v"]
    assert got[3].startswith("NOT_FOUND missing entity of type TASK")
    assert (created[2], created[3], created[5]) == (
        "flytesnacks/development/mine/v1",
        "OK",
        "in process",
    )


def test_a_domain_lists_its_names_and_executions(http: Http, call: Client) -> None:
    """With the newest version of each, and links to what the gateway knows."""
    for version in ("v2", "v1"):
        call.task("t", version)
    call.workflow("w")
    call.launch_plan("lp")
    call.launch("lp", "f1")
    call(
        "UpdateNamedEntity",
        {
            "resource_type": "TASK",
            "id": {**PD, "name": "t"},
            "metadata": {"state": "NAMED_ENTITY_ARCHIVED"},
        },
    )

    page = read(http("GET", DOMAIN))

    tasks = next(row for row in page.rows if row[0] == "t")
    assert (tasks[1], tasks[2], tasks[4]) == ("2", "v1", "archived")
    execution = next(row for row in page.rows if row[0] == "f1")
    assert execution[2] == "lp"
    assert "/api/v1/tasks/flytesnacks/development/t/v1" in page.links
    for target in page.links:
        assert http("GET", target).status == 200, target


def test_names_go_on_page_by_page(http: Http, call: Client) -> None:
    """A hundred on each."""
    for number in range(101):
        call.task(f"t{number:03}")

    first = read(http("GET", DOMAIN))
    more = next(target for target in first.links if target.endswith("#tasks"))
    second = read(http("GET", more.partition("#")[0]))

    shown = [[row[0] for row in page.rows if row[0][:2] == "t0"] for page in (first, second)]
    assert (len(shown[0]), shown[1]) == (100, [])
    assert "t100" in [row[0] for row in second.rows]


def test_texts_are_only_texts(http: Http, call: Client) -> None:
    """Whatever somebody calls a project, a task or itself."""
    call("RegisterProject", {"project": {"id": "hostile", "name": HOSTILE, "description": "d"}})
    call.task(HOSTILE)
    http("GET", "/api/v1/projects", user_agent=HOSTILE)

    for target in (
        "/sandbox",
        DOMAIN,
        f"/sandbox?project={quote(HOSTILE)}&domain={quote(HOSTILE)}",
    ):
        reply = http("GET", target)
        assert b"<script" not in reply.body
        assert html.escape(HOSTILE).encode() in reply.body
        read(reply)
        assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("project", ["none", "%00", "%ff", "%ed%a0%80", "$body", "a%2Fb"])
def test_a_project_that_is_not_there_is_empty(http: Http, project: str) -> None:
    """Whatever it is called."""
    reply = http("GET", f"/sandbox?project={project}&domain=d")

    assert reply.status == 200
    assert reply.body.count(b"None.") == 4


def test_it_is_only_to_be_looked_at(http: Http) -> None:
    """Nothing is changed here, and the root stays what it is in Admin."""
    assert http("POST", "/sandbox").status == 405
    assert http("HEAD", "/sandbox").body == b""
    assert http("GET", "/").status == 404
    assert http("GET", "/console").status == 404


def test_with_authentication_a_browser_logs_in_first() -> None:
    """And comes back to where it wanted to go."""
    config = parse_config({"server": {"security": {"useAuth": True}}})
    with Sandbox(config=config) as sandbox:
        http = Http(sandbox.http_endpoint)
        sent = http("GET", DOMAIN)
        login = http("GET", sent.headers["location"])
        cookie = login.headers["set-cookie"].partition(";")[0]

        assert sent.status == 307
        assert login.headers["location"] == DOMAIN
        assert http("GET", DOMAIN, cookie=cookie).status == 200
        assert http("GET", DOMAIN, cookie="flyte_at=nonsense").status == 307
