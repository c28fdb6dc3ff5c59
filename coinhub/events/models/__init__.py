"""Tables of events."""

from coinhub.events.models.audit import AuditEvent
from coinhub.events.models.outbox import OutboxEvent

__all__ = ["AuditEvent", "OutboxEvent"]
