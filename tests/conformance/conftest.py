"""Which Admin the recordings are played against: ours, or the one that options name."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name an Admin outside this process."""
    group = parser.getgroup("conformance", "an Admin to play the recordings against")
    group.addoption("--admin-endpoint", help="host:port or dns:///host:port of its gRPC server")
    group.addoption("--admin-http", help="host:port of its HTTP gateway", default="")
    group.addoption("--admin-store", help="base URL of its object store", default="")
    group.addoption("--admin-reset", help="command that empties it, run before every scenario")
    group.addoption(
        "--admin-profile", help="its configuration: default, limits or auth", default="default"
    )
