"""Options and fixtures that tests of every room may use."""

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
