"""Tables of identity."""

from kyc.models.case import Case
from kyc.models.decision import Decision
from kyc.models.details import Details
from kyc.models.document import Document, DocumentFile

__all__ = ["Case", "Decision", "Details", "Document", "DocumentFile"]
