"""The back office's pages of identity."""

from kyc.admin.cases import CaseAdmin

__all__ = ["CaseAdmin"]
