"""The rules that an object may be excused from, each for a reason, and how grave they are taken.

What Admin takes and nobody wants; what it refuses is no rule, for there is no excuse from that.
`reconciler.desired.lint` finds them.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from reconciler.manifest.models.base import Name, Part
from reconciler.manifest.suggest import did_you_mean

RULES: dict[str, str] = {
    "cron-never-fires": "a date that never comes: once active, it ends Flyte's whole scheduler",
    "default-and-fixed": "an input both fixed and with a default: every execution is refused",
    "deprecated-cron": "the old field for cron: it registers but cannot be activated",
    "deprecated-field": "a field that Flyte keeps for old clients only",
    "deprecated-task": "a task whose author wants nobody to use it",
    "doubled-env": "one environment variable twice: which of them counts is left to chance",
    "missing-primary-container": "a pod without the container that is to be the task",
    "mutable-image": "an image without tag or digest, or `latest`: it runs what comes along",
    "rate-drifts": "a rate, which counts from when Flyte's scheduler started, not from the clock",
    "rate-with-kickoff": "a rate with a kickoff input, which Flyte fills for cron only",
    "secret-in-env": "what looks like a secret, readable for everybody who may see the task",
    "too-many-nodes": "more nodes than an Admin takes that was not told to take more",
    "unpinned-image": "an image without digest; looked for only where `severity` names it",
}


def _known(code: str) -> str:
    if code not in RULES:
        hint = did_you_mean(code, RULES)
        raise ValueError(f"there is no rule {code}{f' ({hint})' if hint else ''}")
    return code


_CODES = {"oneOf": [{"const": code, "description": why} for code, why in RULES.items()]}


class Ignore(Part):
    """One rule that the object is excused from."""

    code: Annotated[str, AfterValidator(_known), Field(json_schema_extra={**_CODES})]
    reason: Annotated[Name, Field(description="Why it is all right here; for the next reader.")]


class Lint(Part):
    """How the object is to be looked at."""

    ignore: tuple[Ignore, ...] = Field(default=(), strict=False)
    severity: Annotated[
        dict[Annotated[str, AfterValidator(_known)], Literal["error", "warning"]],
        Field(
            description="How grave a rule is taken here, by its code; best said of many objects "
            "at once, in `defaults` of reconciler.yaml.",
            json_schema_extra={"propertyNames": {**_CODES}},
        ),
    ] = Field(default_factory=dict)
