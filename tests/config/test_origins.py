"""Who said what: every value knows the place that it came from, and those it won over."""

from pathlib import Path

from reconciler.config import Config, Flow, Storage, resolve

FILE = """
admin:
  endpoint: dns:///flyte.example.com
  insecure: false
  clientId: from-file
  scopes: [a]
console: {endpoint: "https://console.example.com/"}
task: {project: risk, domain: staging}
storage:
  connection: {endpoint: "http://minio:9000", access-key: minio, secret-key: hush-hush}
"""


def by_file(tmp_path: Path, text: str = FILE, **variables: str) -> tuple[Path, Config]:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    return file, resolve(environ={"FLYTECTL_CONFIG": str(file)} | variables, home=None)


def test_a_value_knows_where_it_is_from(tmp_path: Path) -> None:
    """The key and the file, the variable, or that nobody said it."""
    file, config = by_file(tmp_path, FLYTE_CREDENTIALS_AUDIENCE="aud")

    origins = config.origins
    assert origins.of("endpoint").source == f"{file}, named by FLYTECTL_CONFIG"
    assert origins.of("login.client_id").source == f"admin.clientId in {file}"
    assert origins.of("login.audience") == ("FLYTE_CREDENTIALS_AUDIENCE", "aud", ())
    assert origins.of("ca_cert_file").source == "default"


def test_what_was_not_heard_is_named(tmp_path: Path) -> None:
    """Only where it said something else."""
    file, config = by_file(
        tmp_path,
        FLYTE_CREDENTIALS_CLIENT_ID="from-env",
        FLYTE_PLATFORM_INSECURE="true",
        FLYTE_DEFAULT_PROJECT="risk",
        FLYTE_LOCAL_PROJECT="other",
    )

    assert config.origins.of("login.client_id").over == (f"admin.clientId in {file}",)
    assert config.origins.of("insecure") == (
        "FLYTE_PLATFORM_INSECURE",
        "true",
        (f"admin.insecure in {file}",),
    )
    assert config.origins.of("default_project").over == ("FLYTE_LOCAL_PROJECT",)


def test_a_scheme_is_an_origin_too() -> None:
    """It beats the variable, and says so."""
    environ = {"FLYTE_PLATFORM_URL": "https://h", "FLYTE_PLATFORM_INSECURE": "true"}
    origin = resolve(environ=environ, home=None).origins.of("insecure")
    assert origin.source == "the scheme of the endpoint in FLYTE_PLATFORM_URL"
    assert origin.over == ("FLYTE_PLATFORM_INSECURE",)


def test_secrets_are_shown_nowhere(tmp_path: Path) -> None:
    """Neither by their origins nor by the whole."""
    _, config = by_file(
        tmp_path,
        FLYTE_CREDENTIALS_CLIENT_SECRET="hush1",
        RECONCILER_TOKEN="hush2",
        FLYTE_PLATFORM_HTTP_PROXY_URL="http://me:hush3@proxy",
        FLYTE_AWS_SECRET_ACCESS_KEY="hush4",
    )

    assert "hush" not in repr(config) + str(config) + repr(dict(config.origins))
    assert config.origins.of("login.secret").shown == "***"


def test_what_a_client_needs_beside_admin(tmp_path: Path) -> None:
    """Console, project and domain, and the object store."""
    _, config = by_file(tmp_path)

    assert config.console_endpoint == "https://console.example.com"
    assert (config.default_project, config.default_domain) == ("risk", "staging")
    assert config.storage == Storage(
        endpoint="http://minio:9000", access_key="minio", secret_key="hush-hush"
    )


def test_variables_beside_admin() -> None:
    """As flytekit calls them; a project for one run beats one for always."""
    config = resolve(
        environ={
            "RECONCILER_ADMIN": "h",
            "FLYTE_PLATFORM_CONSOLE_ENDPOINT": "https://c",
            "FLYTE_LOCAL_PROJECT": "p",
            "FLYTE_DEFAULT_DOMAIN": "d",
            "FLYTE_LOCAL_DOMAIN": "not-heard",
            "FLYTE_AWS_ENDPOINT": "http://s3",
            "FLYTE_AWS_ADDRESSING_STYLE": "path",
        },
        home=None,
    )
    assert config.console_endpoint == "https://c"
    assert (config.default_project, config.default_domain) == ("p", "d")
    assert config.storage == Storage(endpoint="http://s3", addressing_style="path")


def test_nobody_said_where() -> None:
    """flytekit's defaults, and no organisation called None."""
    config = resolve(environ={"RECONCILER_ADMIN": "h"}, home=None)
    assert (config.default_project, config.default_domain) == ("flytesnacks", "development")
    assert not config.storage.is_said


def test_a_file_about_the_same_server_counts(tmp_path: Path) -> None:
    """Whoever names by a flag what the file names too means that server, with its login."""
    (tmp_path / ".flyte").mkdir()
    (tmp_path / ".flyte" / "config.yaml").write_text(FILE + "\n")
    same = resolve("https://flyte.example.com", environ={}, home=tmp_path)
    other = resolve("other.example.com", environ={}, home=tmp_path)

    assert same.login.client_id == "from-file"
    assert other.login.client_id == ""
    assert other.storage == Storage()
    # What is about the person is about them everywhere.
    assert other.default_project == "risk"


def test_a_broken_file_that_is_not_needed_stops_nobody(tmp_path: Path) -> None:
    """It is told, for it will be needed some day."""
    missing = tmp_path / "none.yaml"
    config = resolve("h", environ={"FLYTECTL_CONFIG": str(missing)}, home=None)
    assert config.remarks == (f"FLYTECTL_CONFIG names {missing}, which does not exist",)


def test_retries_can_be_none(tmp_path: Path) -> None:
    """Zero is a value, not nothing said."""
    _, config = by_file(tmp_path, "admin: {endpoint: h, maxRetries: 0, perRetryTimeout: 1m}")
    assert (config.retries, config.call_seconds) == (0, 60)
    _, config = by_file(tmp_path, "admin: {endpoint: h, maxRetries: 3}", RECONCILER_RETRIES="0")
    assert config.retries == 0


def test_an_authtype_of_a_nearer_place_is_heard_over_a_secret(tmp_path: Path) -> None:
    """`FLYTE_CREDENTIALS_AUTH_MODE=Pkce` for one run, with the pipeline's file."""
    text = "admin: {endpoint: h, clientId: ci, clientSecretLocation: /s}"
    assert by_file(tmp_path, text)[1].login.flow is Flow.CLIENT_SECRET
    nearer = by_file(tmp_path, text, FLYTE_CREDENTIALS_AUTH_MODE="Pkce")[1]
    assert nearer.login.flow is Flow.PKCE
