"""An embedded Flyte Admin for the tests of whoever deploys to Flyte.

With pytest, in a `conftest.py`:

    pytest_plugins = ["reconciler.testing"]

and every test that takes the fixture `flyte_admin` has an empty Admin of its own, to which the
environment of the test points flytekit, `pyflyte` and `reconciler`. A marker says how it is to be:

    @pytest.mark.flyte_admin(chaos="seed=42,unavailable=5%", scheduler=True, clock="simulated")

Without pytest, `embedded_admin()` is a context manager that gives the same.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from reconciler.sandbox import (
    Fault,
    Faults,
    Options,
    Rule,
    Sandbox,
    flytekit_environment,
    parse_faults,
)

try:
    import pytest
except ImportError:  # only the fixture needs it
    pytest = None  # type: ignore[assignment]

__all__ = ["EmbeddedAdmin", "Fault", "Faults", "Rule", "embedded_admin"]

# Of what may name another Admin to a client, what comes before the two variables that we set.
_OTHER_ENDPOINTS = ("RECONCILER_ADMIN",)


class EmbeddedAdmin:
    """A running embedded Admin, in this process and on loopback ports.

    Attributes:
        endpoint: host:port of gRPC.
        http_endpoint: host:port of the HTTP gateway and object store.
        environment: The two variables that point flytekit at it.
        faults: Its bad days: script some, see what struck, call a truce (`with faults.calm():`).
    """

    def __init__(self, sandbox: Sandbox, faults: Faults) -> None:
        self._sandbox = sandbox
        self.faults = faults
        self.endpoint = sandbox.endpoint
        self.http_endpoint = sandbox.http_endpoint
        self.environment = flytekit_environment(sandbox.endpoint)

    def call(self, method: str, request: Any, response: type[Any]) -> Any:
        """Call an RPC of AdminService past the bad days, to look at what is there.

        Args:
            method: For instance `GetTask`.
            request: Its request, a protobuf message.
            response: The class of its answer.

        Raises:
            Refusal: Admin answers with an error.
        """
        full_method = f"/flyteidl.service.AdminService/{method}"
        content = self._sandbox.admin.within(full_method, request.SerializeToString())
        return response.FromString(content)

    def advance(self, duration: timedelta) -> datetime:
        """Wind the simulated clock; schedules that came due have fired on return.

        Returns:
            The time that it then is.

        Raises:
            ConfigError: The clock is not simulated.
        """
        return self._sandbox.advance(duration)

    def finish(
        self,
        execution: str,
        *,
        outputs: Mapping[str, Any] | str | os.PathLike[str] | None = None,
        error: str | None = None,
    ) -> str:
        """Drive an execution to its end; nothing is run.

        Args:
            execution: `project/domain/name`.
            outputs: Plain values by name, or the path of a file of them; None: something of the
                right types.
            error: Makes it fail with this message.

        Returns:
            The name of its last phase, for instance `SUCCEEDED`.

        Raises:
            FinishError: There is no such execution, it is over, or the outputs are not its own.
        """
        from reconciler.sandbox import finishing

        finished = finishing.finish_named(
            finishing.Within(self._sandbox.admin.within),
            execution,
            now=self._sandbox.clock(),
            outputs=outputs,
            error=error,
        )
        return finished.phase


@contextmanager
def embedded_admin(*, chaos: str | Faults = "", **options: Any) -> Iterator[EmbeddedAdmin]:
    """Run an embedded Admin for as long as the context lasts.

    Args:
        chaos: Bad days: a text (`seed=42,unavailable=5%`) or `Faults`.
        options: Any other of the `Options` of a sandbox: `data`, `config`, `scheduler`, `clock`,
            `seed`, `grpc_port`, `http_port`, `host`.

    Raises:
        ConfigError, StoreError, OSError: It cannot start as asked for.
    """
    faults = chaos if isinstance(chaos, Faults) else parse_faults(chaos)
    sandbox = Options(**options).sandbox()
    sandbox.admin.faults = faults
    with sandbox:
        yield EmbeddedAdmin(sandbox, faults)


def pytest_configure(config: "pytest.Config") -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line(
        "markers", "flyte_admin(**options): how the embedded Flyte Admin of this test is to be"
    )


if pytest is not None:

    @pytest.fixture
    def flyte_admin(
        request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[EmbeddedAdmin]:
        """An empty embedded Flyte Admin, to which the environment points."""
        options: dict[str, Any] = {}
        for marker in reversed(list(request.node.iter_markers("flyte_admin"))):
            options |= marker.kwargs  # those nearest to the test count most
        with embedded_admin(**options) as admin:
            for name in _OTHER_ENDPOINTS:
                monkeypatch.delenv(name, raising=False)
            for name, value in admin.environment.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setenv("RECONCILER_SANDBOX", admin.endpoint)  # for `Config.for_sandbox()`
            yield admin
