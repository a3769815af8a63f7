"""What `reconciler promote` asks of what it takes to an environment."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from reconciler.manifest.models.base import Maybe, Part
from reconciler.manifest.models.shared import unsaid
from reconciler.manifest.models.values import PositiveDuration


class PromotionRequirements(Part):
    """What a launch plan must have shown where it comes from, in the version that is taken."""

    runs: Annotated[
        int, Field(ge=0, le=1000, description="How many executions must have succeeded.")
    ] = 1
    succeeded_within: Annotated[
        Maybe[PositiveDuration],
        Field(description="How long ago at most they began, such as 7d; any time unless said."),
    ] = None

    @property
    def within(self) -> timedelta | None:
        """How long ago at most a run may have begun; None for any time."""
        said = self.succeeded_within
        return None if said is None else timedelta(seconds=said.seconds + said.nanos / 1e9)


class PromotionSpec(Part):
    """What `reconciler promote` asks before it takes anything here."""

    requires: Annotated[
        PromotionRequirements,
        Field(description="Of each launch plan, unless --allow-unproven is given."),
    ] = Field(default_factory=unsaid(PromotionRequirements))
