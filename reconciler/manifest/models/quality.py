"""How urgent an execution is."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.manifest.models.base import Maybe, Part, or_text
from reconciler.manifest.models.values import PositiveDuration

_TIERS = ["high", "medium", "low", "undefined"]


def _one_of(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": ["tier"]}, {"required": ["queueingBudget"]}]
    or_text({"enum": _TIERS})(schema)


class QualityOfService(Part):
    """A tier, or how long an execution may wait for resources. A text alone is the tier."""

    model_config = ConfigDict(json_schema_extra=_one_of)

    tier: Maybe[Literal["high", "medium", "low", "undefined"]] = None
    queueing_budget: Annotated[
        Maybe[PositiveDuration], Field(description="How long it may wait for resources.")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"tier": value}
        if not isinstance(value, dict):
            raise ValueError("expected high, medium or low, or a mapping with queueingBudget")
        return value

    @model_validator(mode="after")
    def _one_of_both(self) -> "QualityOfService":
        if (self.tier is None) == (self.queueing_budget is None):
            raise ValueError("a quality of service says one of tier and queueingBudget")
        return self
