"""Policies as they are said: what to evaluate, of whom it is asked, and who is exempt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from reconciler.model.resource import Origin
from reconciler.model.verdict import Ruling


@dataclass(frozen=True, slots=True)
class Exemption:
    """Objects that a policy is not held against, why, and until when.

    Attributes:
        policy: A glob of policies' names.
        object: A glob of `project/domain/name`, of a name, or of an address.
        until: The last day that it is good for; None for ever.
    """

    policy: str
    object: str
    reason: str
    until: date | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy, ready to be evaluated.

    Attributes:
        engine: The language of `source`: one CEL expression, or a Rego module.
        ruling: What a CEL policy's finding is; a Rego module's rules say it themselves.
        severity: What all its findings are taken for; None to take them as they are.
        each: What a CEL expression is asked about: every step, or the plan once.
        when: CEL that says of which steps it is asked; "" for all.
        message: Said of what is found where the expression gives no text; `${CEL}` in it.
        params: `with` of the workspace.
        timeout: Seconds that it may take.
        origin: Where it is written.
        lines: Where in its file `when`, `expression` and `message` begin.
        modules: Other Rego modules beside it which it may import: file and source.
        exemptions: Of all policies of its place in the workspace file.
    """

    name: str
    engine: Literal["cel", "rego"]
    source: str
    origin: Origin
    ruling: Ruling = Ruling.DENY
    severity: Ruling | None = None
    description: str = ""
    each: Literal["step", "plan"] = "step"
    when: str = ""
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 30.0
    lines: Mapping[str, int] = field(default_factory=dict)
    modules: tuple[tuple[str, str], ...] = ()
    exemptions: tuple[Exemption, ...] = ()
