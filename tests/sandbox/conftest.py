"""An Admin of one's own, in memory, and short words to talk to it."""

from collections.abc import Iterator

import pytest

from reconciler.sandbox import Admin, Store
from tests.sandbox.calls import Client


@pytest.fixture
def admin() -> Iterator[Admin]:
    """A new Admin in memory, configured as flyteadmin is by default."""
    store = Store.open()
    yield Admin(store)
    store.close()


@pytest.fixture
def call(admin: Admin) -> Client:
    """Calls its RPCs."""
    return Client(lambda method, payload: admin.call(method, payload))
