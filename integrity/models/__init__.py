"""Tables of integrity."""

from integrity.models.finding import Finding
from integrity.models.run import Run

__all__ = ["Finding", "Run"]
