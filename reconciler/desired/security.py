"""As whom a task or launch plan runs, as the messages that say so."""

from flyteidl.core.security_pb2 import OAuth2Client as OAuth2ClientMessage
from flyteidl.core.security_pb2 import Secret as SecretMessage
from flyteidl.core.security_pb2 import SecurityContext

from reconciler.manifest import OAuth2Client, RunAs, Secret, Secured

_MOUNTS = {
    "any": SecretMessage.ANY,
    "env": SecretMessage.ENV_VAR,
    "file": SecretMessage.FILE,
}

_IDENTITY = {
    "service_account": "k8s_service_account",
    "iam_role": "iam_role",
    "execution_identity": "execution_identity",
}


def security_context(declared: Secured) -> SecurityContext | None:
    """The security context of a task or launch plan, or None if it says nothing of it."""
    if declared.run_as is None and not declared.secrets and not declared.tokens:
        return None
    context = SecurityContext()
    if declared.run_as is not None:
        add_run_as(context, declared.run_as)
    context.secrets.extend(_secret(secret) for secret in declared.secrets)
    for token in declared.tokens:
        context.tokens.add(
            name=token.name,
            client=_client(token.client),
            idp_discovery_endpoint=token.discovery_endpoint,
            token_endpoint=token.token_endpoint,
        )
    return context


def add_run_as(context: SecurityContext, declared: RunAs) -> None:
    """Say as whom it runs. Works in place: what `declared` does not say stays, secrets too."""
    run_as = context.run_as
    run_as.SetInParent()
    for field, message_field in _IDENTITY.items():
        if field in declared.model_fields_set:
            setattr(run_as, message_field, getattr(declared, field))
    if declared.oauth2_client is not None:
        run_as.oauth2_client.CopyFrom(_client(declared.oauth2_client))


def _secret(declared: Secret) -> SecretMessage:
    return SecretMessage(
        group=declared.group,
        group_version=declared.version,
        key=declared.key,
        mount_requirement=_MOUNTS[declared.mount],
        env_var=declared.env,
    )


def _client(declared: OAuth2Client) -> OAuth2ClientMessage:
    message = OAuth2ClientMessage(client_id=declared.id)
    if declared.secret is not None:
        message.client_secret.CopyFrom(_secret(declared.secret))
    return message
