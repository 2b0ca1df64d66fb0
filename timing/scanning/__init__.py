"""Many specifications at once, with p-values adjusted for their number."""

from timing.scanning.run import scan

__all__ = ["scan"]
