"""Size, power and minimum detectable rate ratio by simulation."""

from timing.planning.detectable import minimum_detectable_rate_ratio
from timing.planning.powers import power
from timing.planning.sizes import size

__all__ = ["minimum_detectable_rate_ratio", "power", "size"]
