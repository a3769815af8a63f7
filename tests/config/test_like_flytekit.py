"""The same files and variables mean to us what they mean to flytekit, read by flytekit itself."""

import os
from pathlib import Path
from typing import Any

import pytest

from reconciler.config import Config, Flow

YAML = """
admin:
  endpoint: dns:///flyte.example.com:81
  insecure: true
  insecureSkipVerify: true
  caCertFilePath: /etc/ca.pem
  authType: ExternalCommand
  command: [tok, --new]
  proxyCommand: [iap, token]
  clientId: ci
  scopes: [a, b]
  audience: aud
  httpProxyURL: http://proxy:3128
console: {endpoint: "https://console.example.com"}
storage:
  connection: {endpoint: "http://minio:9000", access-key: k, secret-key: s}
"""
INI = """
[platform]
url = flyte.example.com:81
insecure = true
insecure_skip_verify = yes
ca_cert_file_path = /etc/ca.pem
console_endpoint = https://console.example.com
http_proxy_url = http://proxy:3128
[credentials]
auth_mode = ExternalCommand
command = tok,--new
proxy_command = iap,token
client_id = ci
scopes = a,b
audience = aud
[aws]
endpoint = http://minio:9000
access_key_id = k
secret_access_key = s
"""
VARIABLES = {
    "FLYTE_PLATFORM_URL": "dns:///flyte.example.com:81",
    "FLYTE_PLATFORM_INSECURE": "true",
    "FLYTE_PLATFORM_INSECURE_SKIP_VERIFY": "1",
    "FLYTE_PLATFORM_CA_CERT_FILE_PATH": "/etc/ca.pem",
    "FLYTE_PLATFORM_CONSOLE_ENDPOINT": "https://console.example.com",
    "FLYTE_PLATFORM_HTTP_PROXY_URL": "http://proxy:3128",
    "FLYTE_CREDENTIALS_AUTH_MODE": "ExternalCommand",
    "FLYTE_CREDENTIALS_COMMAND": "tok,--new",
    "FLYTE_CREDENTIALS_PROXY_COMMAND": "iap,token",
    "FLYTE_CREDENTIALS_CLIENT_ID": "ci",
    "FLYTE_CREDENTIALS_SCOPES": "a,b",
    "FLYTE_CREDENTIALS_AUDIENCE": "aud",
    "FLYTE_AWS_ENDPOINT": "http://minio:9000",
    "FLYTE_AWS_ACCESS_KEY_ID": "k",
    "FLYTE_AWS_SECRET_ACCESS_KEY": "s",
}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith(("FLYTE", "RECONCILER"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def theirs(file: Path | None) -> dict[str, Any]:
    """What flytekit makes of the environment and a file."""
    from flytekit.configuration import Config as FlytekitConfig

    found = FlytekitConfig.auto(str(file) if file else None)
    platform, s3 = found.platform, found.data_config.s3
    return {
        "endpoint": platform.endpoint,
        "insecure": platform.insecure,
        "skip": platform.insecure_skip_verify,
        "ca": platform.ca_cert_file_path,
        "console": platform.console_endpoint,
        "proxy": platform.http_proxy_url,
        "flow": platform.auth_mode,
        "command": tuple(platform.command or ()),
        "proxy_command": tuple(platform.proxy_command or ()),
        "client": platform.client_id,
        "scopes": tuple(platform.scopes or ()),
        "audience": platform.audience,
        "store": (s3.endpoint, s3.access_key_id, s3.secret_access_key),
    }


def ours(file: Path | None) -> dict[str, Any]:
    config = Config.auto(file)
    login, store = config.login, config.storage
    return {
        "endpoint": config.endpoint,
        "insecure": config.insecure,
        "skip": config.insecure_skip_verify,
        "ca": config.ca_cert_file,
        "console": config.console_endpoint,
        "proxy": login.http_proxy,
        "flow": str(login.flow),
        "command": login.command,
        "proxy_command": login.proxy_command,
        "client": login.client_id,
        "scopes": login.scopes,
        "audience": login.audience,
        "store": (store.endpoint, store.access_key, store.secret_key),
    }


@pytest.mark.parametrize(("name", "text"), [("config.yaml", YAML), ("config", INI)])
def test_files_mean_the_same(
    bare: pytest.MonkeyPatch, tmp_path: Path, name: str, text: str
) -> None:
    """In both their forms."""
    file = tmp_path / name
    file.write_text(text)
    assert ours(file) == theirs(file)


def test_variables_mean_the_same(bare: pytest.MonkeyPatch) -> None:
    """Without any file."""
    for name, value in VARIABLES.items():
        bare.setenv(name, value)
    assert ours(None) == theirs(None)


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_a_variable_wins_over_the_file(
    bare: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """Each, but for the endpoint: there the file that a program names is nearer to us."""
    file = tmp_path / "config.yaml"
    file.write_text(YAML)
    other = {"insecure": "false", "skip_verify": "0", "mode": "DeviceFlow"}
    bare.setenv(name, next((v for k, v in other.items() if k in name.lower()), "other"))

    one, two = ours(file), theirs(file)

    if name == "FLYTE_PLATFORM_URL":
        assert (one.pop("endpoint"), two.pop("endpoint")) == ("flyte.example.com:81", "other")
    assert one == two


def test_the_place_of_a_secret_means_a_login_by_it(
    bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever authType says beside it."""
    (tmp_path / "secret").write_text("s\n")
    file = tmp_path / "config.yaml"
    text = f"authType: Pkce, clientId: ci, clientSecretLocation: {tmp_path / 'secret'}"
    file.write_text(f"admin: {{endpoint: 'h:1', {text}}}")

    assert Config.auto(file).login.flow is Flow.CLIENT_SECRET
    from flytekit.configuration import PlatformConfig

    found = PlatformConfig.auto(str(file))
    assert (found.auth_mode, found.client_credentials_secret) == ("ClientSecret", "s")


def test_the_sandbox_is_the_same(bare: pytest.MonkeyPatch) -> None:
    """Its store as well."""
    from flytekit.configuration import Config as FlytekitConfig

    there, here = FlytekitConfig.for_sandbox(), Config.for_sandbox()
    assert (here.endpoint, here.insecure) == (there.platform.endpoint, there.platform.insecure)
    s3 = there.data_config.s3
    assert here.storage.endpoint == s3.endpoint
    assert here.storage.access_key == s3.access_key_id
    assert here.storage.secret_key == s3.secret_access_key
