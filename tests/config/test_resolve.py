"""Where the endpoint and the options come from, and what happens when they come from nowhere."""

from pathlib import Path

import pytest

from reconciler.config import Config, Flow, Login, resolve
from reconciler.errors import ConfigError

# Every place at once, first to last; a test takes places away from the front.
PLACES = ("flag", "RECONCILER_ADMIN", "FLYTE_PLATFORM_URL", "FLYTECTL_CONFIG", "workspace", "home")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def home_with(tmp_path: Path, text: str) -> Path:
    write(tmp_path / ".flyte" / "config.yaml", text)
    return tmp_path


@pytest.mark.parametrize("first", range(len(PLACES)), ids=lambda first: PLACES[first])
def test_the_first_place_that_names_an_endpoint_decides(tmp_path: Path, first: int) -> None:
    """The flag beats the variables, these the named file, the workspace, then the home file."""
    named = write(tmp_path / "ctl.yaml", "admin: {endpoint: 'dns:///ctl.example.com:1'}")
    home = home_with(tmp_path, "admin: {endpoint: 'dns:///home.example.com:1'}")
    given = PLACES[first:]
    values = {
        "RECONCILER_ADMIN": "own.example.com:1",
        "FLYTE_PLATFORM_URL": "url.example.com:1",
        "FLYTECTL_CONFIG": str(named),
    }

    config = resolve(
        "flag.example.com:1" if "flag" in given else None,
        environ={name: value for name, value in values.items() if name in given},
        home=home,
        workspace_endpoint="workspace.example.com:1" if "workspace" in given else None,
    )

    expected = [
        ("flag.example.com:1", "--admin"),
        ("own.example.com:1", "RECONCILER_ADMIN"),
        ("url.example.com:1", "FLYTE_PLATFORM_URL"),
        ("ctl.example.com:1", f"{named}, named by FLYTECTL_CONFIG"),
        ("workspace.example.com:1", "reconciler.yaml"),
        ("home.example.com:1", str(home / ".flyte" / "config.yaml")),
    ]
    assert (config.endpoint, config.source) == expected[first]
    assert str(config) == f"{config.endpoint} (from {config.source})"


@pytest.mark.parametrize("has_home", [True, False])
def test_without_any_place_there_is_no_default(tmp_path: Path, has_home: bool) -> None:
    """The refusal lists every place where an endpoint could be named."""
    with pytest.raises(ConfigError) as caught:
        resolve(None, environ={"RECONCILER_ADMIN": ""}, home=tmp_path if has_home else None)
    for place in ("--admin", "RECONCILER_ADMIN", "FLYTE_PLATFORM_URL", "FLYTECTL_CONFIG"):
        assert place in str(caught.value)
    assert "reconciler.yaml" in str(caught.value)
    assert "~/.flyte/config.yaml" in str(caught.value)


def test_an_empty_flag_is_an_error() -> None:
    """A script whose variable was unset must not reach some other server."""
    with pytest.raises(ConfigError, match="--admin is empty"):
        resolve("", environ={"RECONCILER_ADMIN": "localhost:1"}, home=None)


def test_tls_is_the_default_but_for_loopback() -> None:
    """Only what cannot leave the machine is plain text unasked."""
    assert not resolve("flyte.example.com:81", environ={}, home=None).insecure
    assert resolve("localhost:30080", environ={}, home=None).insecure


@pytest.mark.parametrize(
    ("endpoint", "insecure", "expected"),
    [
        ("flyte.example.com:81", "true", True),
        ("flyte.example.com:81", "off", False),
        ("localhost:81", "0", False),
        ("https://flyte.example.com", "true", False),
        ("http://flyte.example.com", "false", True),
    ],
)
def test_a_scheme_beats_the_variable_and_this_the_default(
    endpoint: str, insecure: str, expected: bool
) -> None:
    """FLYTE_PLATFORM_INSECURE decides where the endpoint itself does not."""
    environ = {"FLYTE_PLATFORM_URL": endpoint, "FLYTE_PLATFORM_INSECURE": insecure}
    assert resolve(environ=environ, home=None).insecure is expected


def test_reads_flytekits_variables() -> None:
    """Authorities, verification and login flow are flytekit's variables too."""
    config = resolve(
        environ={
            "FLYTE_PLATFORM_URL": "dns:///flyte.example.com",
            "FLYTE_PLATFORM_CA_CERT_FILE_PATH": "~/ca.pem",
            "FLYTE_PLATFORM_INSECURE_SKIP_VERIFY": "yes",
            "FLYTE_CREDENTIALS_AUTH_MODE": "Pkce",
        },
        home=Path("/home/ann"),
    )
    assert config == Config(
        endpoint="flyte.example.com:443",
        source="FLYTE_PLATFORM_URL",
        ca_cert_file="/home/ann/ca.pem",
        insecure_skip_verify=True,
        login=Login(flow=Flow.PKCE),
    )


FLYTEKIT = """
admin:
  endpoint: dns:///flyte.example.com:81
  insecure: false
  insecureSkipVerify: true
  caCertFilePath: /etc/ca.pem
  authType: Pkce
  clientId: flytectl
images:
  default: ghcr.io/acme/app:1
"""
# As `flytectl config init` leaves it: other sections, upper case, keys of its own.
FLYTECTL = """
Admin:
  # For GRPC endpoints you might want to use dns:///flyte.myexample.com
  Endpoint: dns:///flyte.example.com:81
  Insecure: "false"
  insecureskipverify: true
  CaCertFilePath: /etc/ca.pem
  AuthType: Pkce
  maxRetries: 4
  perRetryTimeout: 15s
  deviceFlowConfig: {timeout: 10m}
console:
  endpoint: https://flyte.example.com
logger:
  show-source: true
  level: 0
"""


def test_reads_flytekits_file(tmp_path: Path) -> None:
    """What is not about the client, such as images, is let be."""
    home = home_with(tmp_path, FLYTEKIT)
    assert resolve(environ={}, home=home) == Config(
        endpoint="flyte.example.com:81",
        source=str(home / ".flyte" / "config.yaml"),
        insecure_skip_verify=True,
        ca_cert_file="/etc/ca.pem",
        login=Login(flow=Flow.PKCE, client_id="flytectl"),
    )


def test_reads_flytectls_file(tmp_path: Path) -> None:
    """In which the case of a key does not matter, and durations are Go's."""
    home = home_with(tmp_path, FLYTECTL)
    assert resolve(environ={}, home=home) == Config(
        endpoint="flyte.example.com:81",
        source=str(home / ".flyte" / "config.yaml"),
        insecure_skip_verify=True,
        ca_cert_file="/etc/ca.pem",
        retries=4,
        call_seconds=15,
        login=Login(flow=Flow.PKCE, device_seconds=600),
        console_endpoint="https://flyte.example.com",
    )


def test_tolerates_and_reports_unknown_keys(tmp_path: Path) -> None:
    """A misspelt option does not stop anyone, but can be told."""
    home = home_with(tmp_path, "admin: {endpoint: 'h:1', insecur: true, cloud: {}}")
    assert resolve(environ={}, home=home).unknown_keys == (
        "admin.insecur",
        "admin.cloud",
    )


def test_options_of_a_file_stay_with_its_endpoint(tmp_path: Path) -> None:
    """What a file says about its server says nothing about the one the flag names."""
    home = home_with(tmp_path, "admin: {endpoint: 'h:1', insecure: true, authType: Pkce}")
    config = resolve("prod.example.com", environ={}, home=home)
    assert (config.insecure, config.login) == (False, Login())


def test_a_file_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    """Nobody can tell whether such a server is meant to be reached in plain text."""
    home = home_with(tmp_path, "admin: {endpoint: 'http://h:1', insecure: false}")
    with pytest.raises(ConfigError, match=r"contradicts admin\.insecure"):
        resolve(environ={}, home=home)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("admin: [", r"config.yaml:1:\d+: not YAML"),
        ("admin:\n\tendpoint: x", r"config.yaml:2:1: not YAML"),
        ("- admin", "expected a mapping"),
        ("admin: localhost:80", "`admin` must be a mapping"),
        ("admin: {endpoint: 80}", "admin.endpoint must be a text"),
        ("admin: {endpoint: 'h:1', insecure: perhaps}", "admin.insecure.*true or false"),
        ("admin: {endpoint: 'h:1', authType: [x]}", "admin.authType.*must be a text"),
        ("admin: {endpoint: 'ftp://h'}", "config.yaml: ftp://h has scheme ftp"),
        ("a: \x00", "config.yaml: not YAML"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """The file and, where it is known, the line; never a traceback."""
    with pytest.raises(ConfigError, match=reason) as caught:
        resolve(environ={}, home=home_with(tmp_path, text))
    assert "config.yaml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_other_bytes_is_named(tmp_path: Path) -> None:
    """A file that is no text is refused like one that is no YAML."""
    home = home_with(tmp_path, "")
    (home / ".flyte" / "config.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"config\.yaml: not YAML"):
        resolve(environ={}, home=home)


def test_a_named_file_must_be_there_and_name_an_endpoint(tmp_path: Path) -> None:
    """Passing over the file somebody named could lead to a server nobody meant."""
    home = home_with(tmp_path, "admin: {endpoint: 'h:1'}")
    missing = tmp_path / "missing.yaml"
    empty = write(tmp_path / "empty.yaml", "console: {}")
    for path, reason in ((missing, "does not exist"), (empty, "sets no admin.endpoint")):
        with pytest.raises(ConfigError, match=reason):
            resolve(environ={"FLYTECTL_CONFIG": str(path)}, home=home)
    with pytest.raises(ConfigError, match="cannot read"):
        resolve(environ={"FLYTECTL_CONFIG": str(tmp_path)}, home=home)


def test_a_home_file_without_endpoint_is_passed_over(tmp_path: Path) -> None:
    """It may be there for flytekit's images alone."""
    with pytest.raises(ConfigError, match="no Flyte Admin endpoint is set"):
        resolve(environ={}, home=home_with(tmp_path, "images: {}"))


def test_a_broken_variable_is_named() -> None:
    """What is neither true nor false is no answer to `insecure?`."""
    environ = {"FLYTE_PLATFORM_INSECURE": "maybe"}
    with pytest.raises(ConfigError, match="FLYTE_PLATFORM_INSECURE is 'maybe'"):
        resolve("h:1", environ=environ, home=None)


def test_the_embedded_admin_is_a_wish_until_it_listens() -> None:
    """`sandbox:PATH` stays as it is; its caller starts it and says where it listens."""
    config = resolve("sandbox:dev.db", environ={"FLYTE_PLATFORM_INSECURE": "false"}, home=None)
    assert config.sandbox_path == "dev.db"
    listening = config.at("localhost:41234")
    assert (listening.endpoint, listening.insecure) == ("localhost:41234", True)
    assert listening.sandbox_path is None
    assert resolve("sandbox::memory:", environ={}, home=None).sandbox_path == ":memory:"
