"""Whatever a file or a variable holds: a configuration, or one line about what is wrong."""

import contextlib
import string
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.config import Config, resolve
from reconciler.config.keys import ENDPOINT, KEYS, known_keys
from reconciler.errors import ConfigError

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70000),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.dates(),
    st.sampled_from(
        ["", "h:1", "https://h", "Pkce", "ClientSecret", "true", "5s", "a,b", "'", "["]
    ),
    st.text(string.printable, max_size=6),
)
values = st.one_of(
    scalars, st.lists(scalars, max_size=2), st.dictionaries(scalars, scalars, max_size=2)
)
paths = st.sampled_from([*known_keys(), "admin.typo", "x"])
documents = st.dictionaries(paths, st.one_of(values, st.lists(values, max_size=2)), max_size=6)
variables = st.dictionaries(
    st.sampled_from([name for key in (ENDPOINT, *KEYS) for name in key.variables]),
    st.one_of(
        st.text(string.printable, max_size=8), st.sampled_from(["h:1", "Pkce", "s", "on", "3"])
    ),
    max_size=4,
)


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, value in flat.items():
        *above, last = path.split(".")
        place = found
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    return found


def check(folder: Path, environ: dict[str, str]) -> None:
    try:
        config = resolve(environ=environ, home=folder, folder=folder / "none")
    except ConfigError as error:
        wrong = str(error).strip()
    else:
        assert isinstance(config, Config)
        for name, origin in config.origins:
            assert origin.source, name
        for key in KEYS:
            if key.secret and (origin := config.origins.of(key.name)).source != "default":
                assert origin.shown == "***"
        return
    assert 0 < len(wrong) < 1000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / ".flyte").mkdir()
    return folder


@given(document=documents, environ=variables)
@settings(
    derandomize=True, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_yaml(folder: Path, document: dict[str, Any], environ: dict[str, str]) -> None:
    """Of any types in any place."""
    (folder / ".flyte" / "config.yaml").write_text(yaml.safe_dump(nested(document)))
    check(folder, environ)


@given(text=st.text(string.printable + "é\ud800", max_size=60))
@settings(derandomize=True, max_examples=150)
def test_any_text(folder: Path, text: str) -> None:
    """That may not even be YAML."""
    with contextlib.suppress(UnicodeEncodeError):
        (folder / ".flyte" / "config.yaml").write_text("admin: " + text)
        check(folder, {"RECONCILER_ADMIN": "h"})


@given(
    options=st.dictionaries(
        st.sampled_from([option for key in (ENDPOINT, *KEYS) for option in key.options]),
        st.text(string.printable, max_size=8).map(lambda text: text.replace("\n", " ")),
        max_size=4,
    )
)
@settings(derandomize=True, max_examples=100)
def test_any_ini(tmp_path_factory: pytest.TempPathFactory, options: dict[str, str]) -> None:
    """With any value of any option."""
    home = tmp_path_factory.getbasetemp() / "ini"
    (home / ".flyte").mkdir(parents=True, exist_ok=True)
    lines = []
    for path, value in options.items():
        section, _, option = path.partition(".")
        lines.append(f"[{section}]\n{option} = {value}\n")
    (home / ".flyte" / "config").write_text("".join(lines))
    check(home, {})
