"""Attributes as Admin holds them, in the words of a manifest: the way back of `attributes`."""

from collections.abc import Iterable, Mapping
from typing import Any

from flyteidl.admin.matchable_resource_pb2 import (
    MatchingAttributes,
    PluginOverride,
    WorkflowExecutionConfig,
)
from flyteidl.core.security_pb2 import OAuth2Client, Secret, SecurityContext
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from reconciler.desired.attributes import attributes
from reconciler.desired.problems import Problems
from reconciler.manifest import API_VERSION, Domain
from reconciler.model import ATTRIBUTE_FACETS, normalised

_AMOUNTS = {
    "cpu": "cpu",
    "memory": "memory",
    "gpu": "gpu",
    "storage": "storage",
    "ephemeral_storage": "ephemeralStorage",
}
_MOUNTS = {Secret.ANY: "any", Secret.ENV_VAR: "env", Secret.FILE: "file"}
_IF_MISSING = {PluginOverride.FAIL: "fail", PluginOverride.USE_DEFAULT: "useDefault"}
_HAVE_RAW = ("taskResources", "workflowExecutionConfig")


def in_words(message: MatchingAttributes) -> tuple[str, Any]:
    """Return the type of attributes and what a manifest says to mean exactly them.

    What the words cannot mean exactly is given `raw`, where the type has that.

    Raises: ValueError for what no manifest can say.
    """
    target = message.WhichOneof("target") or ""
    facet = ATTRIBUTE_FACETS.get(target)
    if facet is None:
        raise ValueError(f"no manifest can say {target or 'attributes of no type'}")
    part = getattr(message, target)
    words = _WORDS[facet](part)
    if _meaning(facet, words) == normalised(message):
        return facet, words
    raw = {"raw": MessageToDict(part)}
    if facet in _HAVE_RAW and _meaning(facet, raw) == normalised(message):
        return facet, raw
    raise ValueError(f"no manifest can say these {facet}")


def _meaning(facet: str, words: Any) -> Message | None:
    """What a manifest means by `words`; None if none may say them."""
    document = {
        "apiVersion": API_VERSION,
        "kind": Domain.KIND,
        "metadata": {"project": "p", "name": "d"},
        "spec": {"attributes": {facet: words}},
    }
    try:
        domain = Domain.model_validate(document)
    except ValueError:
        return None
    problems = Problems()
    (row,) = attributes([domain], problems)
    return None if problems.errors else row.spec


def _task_resources(message: Any) -> dict[str, Any]:
    return _without_empty(
        {
            side: {
                word: getattr(getattr(message, side), field)
                for field, word in _AMOUNTS.items()
                if getattr(getattr(message, side), field)
            }
            for side in ("defaults", "limits")
        }
    )


def _plugin_overrides(message: Any) -> dict[str, Any]:
    return {
        override.task_type: {
            "plugins": list(override.plugin_id),
            **(
                {"ifMissing": _IF_MISSING.get(override.missing_plugin_behavior)}
                if override.missing_plugin_behavior
                else {}
            ),
        }
        for override in message.overrides
    }


def _execution_config(message: WorkflowExecutionConfig) -> dict[str, Any]:
    words: dict[str, Any] = {
        "maxParallelism": message.max_parallelism,
        "outputLocation": message.raw_output_data_config.output_location_prefix,
        **_security(message.security_context),
        "labels": dict(sorted(message.labels.values.items())),
        "annotations": dict(sorted(message.annotations.values.items())),
        "env": _env(message.envs.values),
        "overwriteCache": message.overwrite_cache,
        "executionEnvironments": [_environment(one) for one in message.execution_env_assignments],
    }
    words = _without_empty(words)
    if message.HasField("interruptible"):
        words["interruptible"] = message.interruptible.value
    return words


def _security(message: SecurityContext) -> dict[str, Any]:
    run_as = message.run_as
    identity = {
        "serviceAccount": run_as.k8s_service_account,
        "iamRole": run_as.iam_role,
        "executionIdentity": run_as.execution_identity,
        "oauth2Client": _client(run_as.oauth2_client) if run_as.HasField("oauth2_client") else {},
    }
    return {
        "runAs": _without_empty(identity),
        "secrets": [_secret(secret) for secret in message.secrets],
        "tokens": [
            _without_empty(
                {
                    "name": token.name,
                    "client": _client(token.client),
                    "discoveryEndpoint": token.idp_discovery_endpoint,
                    "tokenEndpoint": token.token_endpoint,
                }
            )
            for token in message.tokens
        ],
    }


def _client(message: OAuth2Client) -> dict[str, Any]:
    secret = _secret(message.client_secret) if message.HasField("client_secret") else {}
    return _without_empty({"id": message.client_id, "secret": secret})


def _secret(message: Secret) -> dict[str, Any]:
    mount = message.mount_requirement
    return _without_empty(
        {
            "group": message.group,
            "key": message.key,
            "version": message.group_version,
            "mount": _MOUNTS.get(mount, str(mount)) if mount else "",
            "env": message.env_var,
        }
    )


def _env(values: Iterable[Any]) -> Any:
    pairs = [(one.key, one.value) for one in values]
    if pairs == sorted(dict(pairs).items()):
        return dict(pairs)
    return [{"name": name, "value": value} for name, value in pairs]


def _environment(message: Any) -> dict[str, Any]:
    environment = message.execution_env
    which = environment.WhichOneof("environment")
    words = {
        "nodes": list(message.node_ids),
        "taskType": message.task_type,
        "name": environment.name,
        "type": environment.type,
        "version": environment.version,
    }
    words = _without_empty(words)
    if which:
        words[which] = MessageToDict(getattr(environment, which))
    return words


def _without_empty(words: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in words.items() if value}


_WORDS: Mapping[str, Any] = {
    "taskResources": _task_resources,
    "clusterResources": lambda message: dict(sorted(message.attributes.items())),
    "executionQueue": lambda message: {"tags": list(message.tags)},
    "executionClusterLabel": lambda message: {"value": message.value},
    "pluginOverrides": _plugin_overrides,
    "workflowExecutionConfig": _execution_config,
    "clusterAssignment": lambda message: {"pool": message.cluster_pool_name},
}
