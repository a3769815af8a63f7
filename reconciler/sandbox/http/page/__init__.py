"""The status page: what is in a sandbox and what was asked of it, for a browser.

`/sandbox` shows all of it, `/sandbox?project=P&domain=D` one domain. Plain HTML without scripts;
where authentication is on, a browser is sent to log in first.
"""

from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template

from reconciler.sandbox.admin import Admin
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.http.cookies import cookies_of
from reconciler.sandbox.http.exchange import Answer, Request, plain
from reconciler.sandbox.http.oauth import ACCESS_COOKIE
from reconciler.sandbox.http.page.facts import (
    KINDS,
    read_active,
    read_executions,
    read_names,
    read_projects,
)
from reconciler.sandbox.http.page.markup import Markup, moment, path_of, text
from reconciler.sandbox.http.page.views import domain_view, overview
from reconciler.sandbox.objects import gourl

__all__ = ["PATH", "Page"]

PATH = "/sandbox"

_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)


class Page:
    """Answers requests for the status page of `admin`."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        page = resources.files(__name__).joinpath("page.html").read_text("utf-8")
        self._template = Template(page)

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if request.method not in ("GET", "HEAD"):
            return plain(405, "only to be looked at").plus(("Allow", "GET, HEAD"))
        if not self._may_look(request):
            back = f"{PATH}?{request.query}" if request.query else PATH
            return Answer(307, (("Location", path_of("login", redirect_url=back)),))
        query, _ = gourl.parse_query(request.query)
        asked = {name: _printable(values[0]) for name, values in query.items()}
        if "project" in asked and "domain" in asked:
            title = f"{asked['project']} / {asked['domain']}"
            return self._page(title, self._domain(asked))
        return self._page("Sandbox", self._overview())

    def _may_look(self, request: Request) -> bool:
        gate = self._admin.gate
        if gate is None:
            return True
        token = cookies_of(request).get(ACCESS_COOKIE, "")
        given = request.header("authorization") or f"Bearer {token}"
        try:
            gate.admit(PATH, (("authorization", given),))
        except Refusal:
            return False
        return True

    def _overview(self) -> list[Markup]:
        domains = [domain.id for domain in self._admin.config.domains]
        with self._admin.store.read() as session:
            projects = read_projects(session, domains)
            active = read_active(session, now=self._admin.clock())
        return overview(self._facts(), projects, active, self._admin.recent.latest())

    def _domain(self, asked: Mapping[str, str]) -> list[Markup]:
        project, domain = asked["project"], asked["domain"]
        with self._admin.store.read() as session:
            names = {
                kind: read_names(
                    session, kind, project=project, domain=domain, after=asked.get(kind, "")
                )
                for kind in KINDS
            }
            executions = read_executions(session, project=project, domain=domain)
        return domain_view(project, domain, names, executions)

    def _facts(self) -> dict[str, str]:
        facts = {
            "HTTP": self._admin.http_address,
            "Store": self._admin.store.path,
            "Objects": self._admin.objects.base,
            "Authentication": "off" if self._admin.gate is None else "on",
            "Time": moment(self._admin.clock()),
        }
        status = self._admin.controls.get(("GET", "/sandbox/status"))
        if status is None:  # an Admin that is only half served, as tests may have it
            return facts
        known = status({})
        scheduler, chaos = known["scheduler"], known["chaos"]
        simulated = " (simulated)" if known["clock"]["simulated"] else ""
        return {
            "gRPC": known["grpc"],
            **facts,
            "Time": f"{facts['Time']}{simulated}",
            "Scheduler": scheduler["failure"] or ("on" if scheduler["on"] else "off"),
            "Bad days": "off" if chaos is None else f"on, {chaos['struck']} calls struck",
            "Process": str(known["pid"]),
        }

    def _page(self, title: str, parts: Sequence[Markup]) -> Answer:
        body = "\n".join(part.html for part in parts)
        content = self._template.substitute(title=text(title), body=body)
        # Texts of the store may hold what is no character; it is shown as something that is.
        return Answer(200, _HEADERS, content.encode("utf-8", "replace"))


def _printable(value: str) -> str:
    """Return a text that the store can be asked for; nothing is named by any other."""
    return value.encode("utf-8", "replace").decode().replace("\0", "")
