"""Projects: what is written, what is left, what lists show."""

import pytest

from reconciler.sandbox import Admin, Refusal, SandboxConfig, Store
from reconciler.sandbox.config import Domain
from reconciler.sandbox.services.projects import seed_project
from tests.sandbox.calls import Client


def test_an_update_leaves_what_it_does_not_say_but_for_the_state(call: Client) -> None:
    """Empty texts and absent labels stay; an absent state is ACTIVE."""
    whole = {"id": "p", "name": "n", "description": "d", "labels": {"values": {"a": "1"}}}
    call("RegisterProject", {"project": {**whole, "state": "ARCHIVED"}})
    call("UpdateProject", {"id": "p", "name": "m"})

    project = call("GetProject", {"id": "p"})
    assert (project.name, project.description, dict(project.labels.values)) == (
        "m",
        "d",
        {"a": "1"},
    )
    assert project.state == 0


def test_empty_labels_clear_but_stay_labels(call: Client) -> None:
    """They read back as a present message that is empty."""
    call("RegisterProject", {"project": {"id": "p", "name": "n"}})
    assert not call("GetProject", {"id": "p"}).HasField("labels")

    call("UpdateProject", {"id": "p", "labels": {}})
    assert call("GetProject", {"id": "p"}).HasField("labels")


def test_the_project_is_looked_for_before_the_request_is_looked_at(call: Client) -> None:
    """NOT_FOUND comes before any complaint; an empty id finds some project, and is missing."""
    with pytest.raises(Refusal, match=r"project \[nope\] not found"):
        call("UpdateProject", {"id": "nope", "description": "d" * 301})
    with pytest.raises(Refusal, match="missing project_id"):
        call("UpdateProject", {})


def test_lists_hide_archived_projects_unless_filtered(call: Client) -> None:
    """Any filter takes the place of the one that hides them."""
    call("RegisterProject", {"project": {"id": "p", "name": "n", "state": "ARCHIVED"}})
    shown = call("ListProjects").projects
    filtered = call("ListProjects", {"filters": "ne(name,_)"}).projects

    assert [p.id for p in shown] == ["flytesnacks"]
    assert [p.id for p in filtered] == ["flytesnacks", "p"]


def test_filters_on_labels_see_the_whole_message(call: Client) -> None:
    """The column holds the project as it was sent."""
    call("RegisterProject", {"project": {"id": "p", "name": "mine", "labels": {}}})

    found = call("ListProjects", {"filters": "contains(labels,mine)"}).projects
    assert [p.id for p in found] == ["p"]


def test_every_project_has_the_configured_domains() -> None:
    """In the order of the configuration, names and all."""
    store = Store.open()
    config = SandboxConfig(domains=(Domain("z", "Zed"), Domain("a", "Ay")))
    call = Client(Admin(store, config).call)

    [project] = call("ListProjects").projects
    assert [(d.id, d.name) for d in project.domains] == [("z", "Zed"), ("a", "Ay")]
    assert list(call("GetDomains").domains) == list(project.domains)
    store.close()


def test_seeding_is_done_once(admin: Admin, call: Client) -> None:
    """What is there is left alone."""
    call("UpdateProject", {"id": "flytesnacks", "name": "mine"})
    seed_project(admin.store, "flytesnacks", now=1)
    seed_project(admin.store, "more", now=1)

    assert call("GetProject", {"id": "flytesnacks"}).name == "mine"
    assert call("GetProject", {"id": "more"}).description == "more description"
