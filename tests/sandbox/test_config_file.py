"""flyteadmin's configuration is obeyed, or ignored with a note."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import ConfigError, SandboxConfig, load_config, parse_config
from tests.conformance.replay import RECORDINGS


def test_an_empty_file_is_flyteadmin_s_own_defaults() -> None:
    """Nothing written, nothing changed."""
    assert parse_config(None) == SandboxConfig()


def test_sections_are_laid_over_the_defaults_key_by_key() -> None:
    """A limit that is not written stays."""
    config = parse_config({"task_resources": {"limits": {"cpu": 8}}})

    assert config.task_resources.limits.cpu == "8"
    assert config.task_resources.limits.memory == "1Gi"
    assert config.task_resources.defaults.memory == "200Mi"


def test_lists_replace_the_defaults() -> None:
    """Domains are the ones that are written."""
    config = parse_config({"domains": [{"id": "prod", "name": "Production"}]})

    assert [(d.id, d.name) for d in config.domains] == [("prod", "Production")]


def test_keys_match_in_any_letter_case() -> None:
    """As viper reads them."""
    config = parse_config({"REGISTRATION": {"maxworkflownodes": "7"}})

    assert config.registration.max_workflow_nodes == 7


def test_recorded_configurations_are_understood() -> None:
    """What the recorded servers ran with is obeyed without a note."""
    profiles = {p.stem: load_config(p) for p in (RECORDINGS / "profiles").iterdir()}

    assert all(config.notes == () for config in profiles.values())
    assert profiles["limits"].registration.workflow_size_limit == "40Ki"
    assert profiles["default"].task_resources.limits.gpu == "4"
    assert profiles["default"].storage.container == "my-s3-bucket"
    assert profiles["default"].storage.kind == "s3"
    assert profiles["auth"].server.security.use_auth
    assert profiles["auth"].auth["appAuth"]["authServerType"] == "Self"


def test_what_means_nothing_here_is_noted() -> None:
    """Each key by its whole path; sections of which nothing is read, once."""
    config = parse_config(
        {"database": {"postgres": {"host": "x"}}, "server": {"httpPort": 1, "grpc": {"port": 2}}}
    )

    assert config.notes == (
        "database has no meaning in an embedded Admin: ignored",
        "server.httpPort has no meaning in an embedded Admin: ignored",
        "server.grpc.port has no meaning in an embedded Admin: ignored",
    )


def test_the_rest_of_what_is_obeyed() -> None:
    """One value of each kind."""
    config = parse_config(
        {
            "flyteadmin": {
                "metadataStoragePrefix": ["a", "b"],
                "maxParallelism": 3,
                "labels": {"k": 1},
                "featureGates": {"enableArtifacts": True},
            },
            "remoteData": {"scheme": "s3", "signedUrls": {"enabled": "true"}},
            "server": {
                "grpc": {"maxMessageSizeBytes": 10, "serverReflection": False},
                "dataProxy": {"upload": {"maxExpiresIn": "1h30m"}},
                "security": {"allowCors": False},
            },
            "storage": {"type": "mem", "limits": {"maxDownloadMBs": 9}},
            "scheduler": {"eventScheduler": {"scheme": "aws"}},
            "task_type_whitelist": {"spark": [{"project": "p"}]},
        }
    )

    assert config.application.metadata_storage_prefix == ("a", "b")
    assert config.application.labels == {"k": "1"}
    assert config.application.artifacts
    assert config.remote_data.signed_urls
    assert config.server.max_message_bytes == 10
    assert not config.server.reflection
    assert config.server.data_proxy.upload_max_expires_in == timedelta(minutes=90)
    assert not config.server.security.allow_cors
    assert (config.storage.kind, config.storage.max_download_mbs) == ("mem", 9)
    assert config.event_scheduler == "aws"
    assert config.task_type_whitelist == {"spark": [{"project": "p"}]}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (["x"], "the document must be a mapping"),
        ({"registration": 3}, "registration must be a mapping, not 3"),
        ({"registration": {"maxWorkflowNodes": "x"}}, "registration.maxWorkflowNodes must be a"),
        ({"server": {"security": {"useAuth": "maybe"}}}, "server.security.useAuth must be true"),
        ({"server": {"dataProxy": {"upload": {"maxExpiresIn": 5}}}}, "maxExpiresIn must be a dur"),
        ({"domains": "x"}, "domains must be a list"),
        ({"flyteadmin": {"metadataStoragePrefix": {}}}, "metadataStoragePrefix must be a list"),
        ({"storage": {"container": []}}, "storage.container must be a text"),
    ],
)
def test_a_wrong_type_names_its_key(document: Any, message: str) -> None:
    """And says what was expected."""
    with pytest.raises(ConfigError, match=message):
        parse_config(document)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Absent, or no YAML."""
    with pytest.raises(ConfigError, match=r"nothing\.yaml"):
        load_config(tmp_path / "nothing.yaml")

    bad = tmp_path / "bad.yaml"
    bad.write_text("a: [")
    with pytest.raises(ConfigError, match=r"bad\.yaml"):
        load_config(bad)

    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("domains: 3")
    with pytest.raises(ConfigError, match=r"wrong\.yaml: domains must be a list"):
        load_config(wrong)
