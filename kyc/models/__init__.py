"""Tables of identity."""

from kyc.models.case import Case

__all__ = ["Case"]
