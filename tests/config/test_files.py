"""Which file counts, in which form, and what a checkout's may not say."""

from pathlib import Path

import pytest

from reconciler.config import Config, Flow, resolve
from reconciler.errors import ConfigError

INI = """
[platform]
url = ini.example.com:81
insecure = off
[credentials]
auth_mode = client_credentials
client_id = ci
client_secret = per%cent
scopes = a,b
[local]
project = risk
[images]
default = x:1
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".flyte").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def found(home: Path, folder: Path, **variables: str) -> Config:
    return resolve(environ=variables, home=home, folder=folder)


def test_reads_flytekits_ini(home: Path, folder: Path) -> None:
    """With its names, its commas, and a percent sign that is one."""
    (home / ".flyte" / "config").write_text(INI)

    config = found(home, folder)

    assert (config.endpoint, config.insecure) == ("ini.example.com:81", False)
    assert (config.login.flow, config.login.client_id) == (Flow.CLIENT_SECRET, "ci")
    assert (config.login.secret, config.login.scopes) == ("per%cent", ("a", "b"))
    assert (config.default_project, config.default_domain) == ("risk", "development")
    assert config.origins.of("login.client_id").source == (
        f"credentials.client_id in {home / '.flyte' / 'config'}"
    )


def test_the_usual_places_in_order(home: Path, folder: Path) -> None:
    """The working directory, then the home; ini before YAML; as flytekit looks."""
    (home / ".flyte" / "config.yaml").write_text("admin: {endpoint: third}")
    assert found(home, folder).endpoint == "third:443"
    (home / ".flyte" / "config").write_text("[platform]\nurl = second\n")
    assert found(home, folder).endpoint == "second:443"
    (folder / "flytekit.config").write_text("[platform]\nurl = first\n")
    assert found(home, folder).endpoint == "first:443"
    (folder / "flytekit.config").write_text("[images]\ndefault = x\n")
    assert found(home, folder).endpoint == "second:443"


def test_a_profile_is_a_file_of_its_name(home: Path, folder: Path) -> None:
    """Nearer than FLYTECTL_CONFIG, as our own variable is nearer than flytekit's."""
    (home / ".flyte" / "config-staging.yaml").write_text("admin: {endpoint: staging}")

    config = found(home, folder, RECONCILER_PROFILE="staging", FLYTECTL_CONFIG="/nowhere.yaml")

    assert config.endpoint == "staging:443"
    assert config.source.endswith("config-staging.yaml, named by RECONCILER_PROFILE")


@pytest.mark.parametrize(
    ("profile", "said"),
    [("gone", "config-gone.yaml, which does not exist"), ("../x", "NAME of a ~/.flyte/config-")],
)
def test_a_profile_must_be_there(home: Path, folder: Path, profile: str, said: str) -> None:
    """Nobody ends up at another server for a slip of the pen."""
    (home / ".flyte" / "config.yaml").write_text("admin: {endpoint: usual}")
    with pytest.raises(ConfigError, match=said):
        found(home, folder, RECONCILER_PROFILE=profile)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("command", "sh,-c,curl evil"),
        ("proxy_command", "sh"),
        ("client_secret_location", "/home/ann/.ssh/id_rsa"),
        ("client_secret_env_var", "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_a_checkout_reaches_for_nothing(home: Path, folder: Path, option: str, value: str) -> None:
    """Somebody's pull request could bring the file along, and name its own server in it."""
    text = f"[platform]\nurl = evil\n[credentials]\nclient_id = x\n{option} = {value}\n"
    (folder / "flytekit.config").write_text(text)

    with pytest.raises(ConfigError, match="which a file of the working directory may not"):
        found(home, folder, AWS_SECRET_ACCESS_KEY="hush")
    (folder / "flytekit.config").rename(home / ".flyte" / "config")
    assert found(home, folder, AWS_SECRET_ACCESS_KEY="hush").endpoint == "evil:443"


def test_a_checkouts_file_says_nothing_about_a_server_that_was_named(
    home: Path, folder: Path
) -> None:
    """Not even about the same one: its login would be the file's."""
    (folder / "flytekit.config").write_text("[platform]\nurl = h\n[credentials]\nclient_id = x\n")
    assert found(home, folder, RECONCILER_ADMIN="h").login.client_id == ""


def test_unknown_keys_are_named(home: Path, folder: Path) -> None:
    """Of the sections that we read, and sections that look misspelt; others have their own."""
    text = "admin: {endpoint: h, insecur: true, useAudienceFromAdmin: true}\n"
    text += "console: {endpont: x}\nstorage: {type: minio, connection: {acess-key: x}}\n"
    text += "tsk: {project: p}\ncatalog: {}\nlogger: {level: 1}\n"
    (home / ".flyte" / "config.yaml").write_text(text)

    assert found(home, folder).unknown_keys == (
        "admin.insecur",
        "console.endpont",
        "storage.connection.acess-key",
        "tsk",
    )


def test_unknown_options_are_named(home: Path, folder: Path) -> None:
    """In ini as well."""
    (home / ".flyte" / "config").write_text("[platform]\nurl = h\nurll = x\n[sdk]\nfoo = 1\n")
    assert found(home, folder).unknown_keys == ("platform.urll",)


@pytest.mark.parametrize(
    ("text", "said"),
    [("no section\n", "config:1: not an ini file"), ("[a]\nhush\n", "config: not an ini file")],
)
def test_a_broken_ini_is_named(home: Path, folder: Path, text: str, said: str) -> None:
    """Without its lines, which may hold a secret."""
    (home / ".flyte" / "config").write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        found(home, folder)
    assert "hush" not in str(caught.value)


def test_a_secret_in_the_wrong_place_is_not_shown(home: Path, folder: Path) -> None:
    """Only of what kind it is."""
    text = "admin: {endpoint: h}\nstorage: {connection: {secret-key: 123456789}}\n"
    (home / ".flyte" / "config.yaml").write_text(text)
    with pytest.raises(ConfigError, match="must be a text, not a number") as caught:
        found(home, folder)
    assert "123456789" not in str(caught.value)
