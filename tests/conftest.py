"""Options and fixtures that tests of every room may use."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what is rendered into the golden files; the diff is the review",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Give what a golden file holds, having first rewritten it if `--update-golden` is set."""
    update = bool(request.config.getoption("--update-golden"))

    def read(path: Path, text: str) -> str:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if not path.exists():
            pytest.fail(f"{path} is missing: run pytest with --update-golden and read it")
        return path.read_text(encoding="utf-8")

    return read


@pytest.fixture(autouse=True)
def flyte_means_ours() -> None:
    """Take `flyte://` back from flytekit, whose every remote claims it for all of the process."""
    if "flytekit.remote" not in sys.modules:
        return
    import fsspec

    from reconciler.storage import FlyteFS

    if fsspec.registry.get("flyte") is not FlyteFS:
        fsspec.register_implementation("flyte", FlyteFS, clobber=True)
