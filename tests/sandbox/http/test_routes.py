"""Which RPC a path means."""

import pytest

from reconciler.sandbox.http.routes import find, routes


@pytest.mark.parametrize(
    ("verb", "path", "method", "values"),
    [
        ("GET", "/api/v1/tasks/p/d/n/v", "GetTask", ["p", "d", "n", "v"]),
        ("GET", "/api/v1/tasks/p/d/n", "ListTasks", ["p", "d", "n"]),
        ("GET", "/api/v1/tasks/p/d/", "ListTasks", ["p", "d", ""]),
        ("GET", "/api/v1/projects/", "GetProject", [""]),
        ("POST", "/api/v1/executions/relaunch", "RelaunchExecution", []),
        ("DELETE", "/api/v1/executions/p/d/n", "TerminateExecution", ["p", "d", "n"]),
        ("GET", "/me", "UserInfo", []),
    ],
)
def test_paths_are_found(verb: str, path: str, method: str, values: list[str]) -> None:
    """Segments may be empty; a literal beats a variable."""
    found = find(verb, path, form=False)

    assert found.route is not None
    assert found.route.method.endswith(f"/{method}")
    assert list(found.values.values()) == values


@pytest.mark.parametrize(
    ("verb", "path", "known"),
    [
        ("GET", "/api/v1/tasks", True),
        ("HEAD", "/api/v1/projects", True),
        ("GET", "/api/v1/nothing", False),
        ("GET", "/api/v1/tasks/p", False),
        ("GET", "/API/v1/projects", False),
    ],
)
def test_what_is_not_routed_is_known_or_not(verb: str, path: str, known: bool) -> None:
    """Under another method: 501; under none: 404."""
    found = find(verb, path, form=False)

    assert (found.route, found.known) == (None, known)


def test_a_form_stands_in_for_a_get_only_where_nothing_is_posted() -> None:
    """POST comes first."""
    listed = find("POST", "/api/v1/domains", form=True).route
    posted = find("POST", "/api/v1/projects", form=True).route

    assert listed is not None
    assert posted is not None
    assert (listed.verb, posted.verb) == ("GET", "POST")


def test_every_service_with_annotations_is_there() -> None:
    """Five of them."""
    services = {route.method.split("/")[1].rpartition(".")[2] for route in routes()}

    assert services == {
        "AdminService", "AuthMetadataService", "DataProxyService", "IdentityService",
        "SignalService",
    }  # fmt: skip


def test_some_parameters_override_the_path() -> None:
    """The table that decides is Go's, gaps included: two of these four are found in it."""
    route = find("GET", "/api/v1/tasks/p/d/n/v", form=False).route
    assert route is not None

    found = [["id", part] in route.ignored for part in ("project", "domain", "name", "version")]

    assert found == [False, True, False, True]
    assert ["id", "org"] not in route.ignored
