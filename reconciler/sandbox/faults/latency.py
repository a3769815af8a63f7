"""How late an answer comes: a distribution of delays."""

import math
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist


class Shape(StrEnum):
    """How delays are distributed; `first` and `second` of a `Latency` mean what is said here."""

    FIXED = "fixed"  # always `first`
    NORMAL = "normal"  # around `first`, with standard deviation `second`; never below 0
    UNIFORM = "uniform"  # anything from `first` to `second`
    EXPONENTIAL = "exponential"  # `first` on average: mostly less, now and then much more


@dataclass(frozen=True)
class Latency:
    """A distribution of delays, in seconds.

    Attributes:
        chance: The part of the calls that it concerns, in [0, 1].
    """

    shape: Shape
    first: float
    second: float = 0.0
    chance: float = 1.0

    def __post_init__(self) -> None:
        if min(self.first, self.second) < 0:
            raise ValueError("a delay is not negative")
        if self.shape is Shape.UNIFORM and self.second < self.first:
            raise ValueError("a range of delays goes from the smaller to the larger")

    def delay(self, fraction: float) -> float:
        """Return the delay of which `fraction` of all delays are shorter, in seconds.

        Args:
            fraction: In [0, 1); a random one gives a random delay of this distribution.
        """
        match self.shape:
            case Shape.FIXED:
                return self.first
            case Shape.UNIFORM:
                return self.first + fraction * (self.second - self.first)
            case Shape.EXPONENTIAL:
                return -math.log1p(-fraction) * self.first
            case Shape.NORMAL:
                if not self.second or not fraction:
                    return self.first if fraction else 0.0
                return max(0.0, NormalDist(self.first, self.second).inv_cdf(fraction))
