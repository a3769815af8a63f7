"""What a plan means to people: what runs now against what will, beside the raw changes."""

from reconciler.plan.effects.of_plan import changing, with_effects

__all__ = ["changing", "with_effects"]
