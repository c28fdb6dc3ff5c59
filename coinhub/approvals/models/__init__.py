"""Tables of approvals."""

from coinhub.approvals.models.approval import LIFE, SHORTEST_REASON, Approval

__all__ = ["LIFE", "SHORTEST_REASON", "Approval"]
