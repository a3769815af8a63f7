"""Another apply of the same workspace ends while we look: that is nobody's hand."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.sandbox import Store
from reconciler.sandbox.grpc_server import start_grpc
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
"""


class Overtaken(Between):
    """Lets a whole apply of others happen before it answers one list of launch plans."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.others: Path | None = None
        self.came = False

    def call(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        if full_method.endswith("/ListLaunchPlans") and self.others is not None:
            folder, self.others = self.others, None
            command = [sys.executable, "-m", "reconciler", "apply", "--auto-approve"]
            done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
            self.came = done.returncode == 0
        return super().call(full_method, payload, metadata)


@pytest.mark.parametrize(("command", "code"), [(("plan",), 0), (("drift",), 2)])
def test_an_apply_meanwhile_is_nobodys_hand(
    command: tuple[str, ...],
    code: int,
    cli: Cli,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ledger is looked at again before anybody is accused."""
    store = Store.open(":memory:")
    admin = Overtaken(store)
    server, port = start_grpc(admin, "127.0.0.1", 0)
    monkeypatch.setenv("RECONCILER_ADMIN", f"http://127.0.0.1:{port}")
    theirs = here / "theirs"
    theirs.mkdir()
    for folder, image in ((here, "1.4"), (theirs, "1.5")):
        (folder / "reconciler.yaml").write_text(WORKSPACE)
        (folder / "etl.yaml").write_text(ETL.replace("1.4", image))
    try:
        assert cli("apply", "--auto-approve").code == 0
        admin.others = theirs

        result = cli(*command)
    finally:
        server.stop(None).wait()
        store.close()

    assert admin.came
    assert result.code == code, result.err
    assert "somebody" not in result.out + result.err
