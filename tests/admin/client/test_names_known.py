"""Whoever knows flytekit's client knows this one."""

import inspect

import pytest
from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2
from flytekit.clients.friendly import SynchronousFlyteClient as Theirs

from reconciler.admin import AdminClient, SynchronousFlyteClient
from reconciler.admin.calls import AdminCalls

PUBLIC = {
    name: function
    for name, function in inspect.getmembers(Theirs, inspect.isfunction)
    if not name.startswith("_")
}


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_method_of_flytekits_client_is_here(name: str) -> None:
    """Under its name, its arguments in their order under their names, defaults as there."""
    theirs = [*inspect.signature(PUBLIC[name]).parameters.values()][1:]
    ours = [*inspect.signature(getattr(AdminClient, name)).parameters.values()][1:]
    positional = [one for one in ours if one.kind is not inspect.Parameter.KEYWORD_ONLY]
    assert [one.name for one in positional[: len(theirs)]] == [one.name for one in theirs]
    for one, other in zip(positional, theirs, strict=False):
        if other.default is not inspect.Parameter.empty:
            assert one.default == other.default, one.name
    for one in positional[len(theirs) :]:
        assert one.default is not inspect.Parameter.empty


def test_it_has_their_name_too() -> None:
    """An import changed is all that a migration takes."""
    assert SynchronousFlyteClient is AdminClient


def test_no_rpc_is_left_to_the_calls_alone() -> None:
    """Each is behind some method of the client."""
    source = "".join(inspect.getsource(base) for base in AdminClient.__mro__[:-1])
    for module in (admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                name = "".join(
                    f"_{char.lower()}" if char.isupper() else char
                    for char in method.name.replace("OAuth2", "Oauth2")
                ).lstrip("_")
                assert hasattr(AdminCalls, name)
                assert f"self.calls.{name}" in source, name
