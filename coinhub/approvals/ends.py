"""The one place where a proposal ends."""

from collections.abc import Mapping
from typing import Any

from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction
from coinhub.events import audit, outbox
from coinhub.users.models import User


def end(
    approval: Approval,
    state: str,
    *,
    actor: Actor,
    checker: User | None = None,
    comment: str = "",
    result: dict[str, Any] | None = None,
    proved: Mapping[str, str] | None = None,
) -> None:
    """Take a locked pending proposal to one of its ends.

    ``proved`` is the second factor of whoever decides, for the audit trail.

    Atomic: needs the caller's transaction, which holds the row's lock.
    Writes: Approval, AuditEvent, an event named after the state.
    """
    require_transaction()
    before = approval.state
    approval.state = state
    approval.checker = checker
    approval.comment = comment.strip()
    approval.result = result
    approval.decided_at = ClockTimestamp()
    approval.save(update_fields=["state", "checker", "comment", "result", "decided_at"])
    approval.refresh_from_db(fields=["decided_at"])
    about = {
        "kind": approval.kind,
        "target_type": approval.target_type,
        "target_id": approval.target_id,
    }
    audit.record(
        actor=actor,
        action=f"approval.{state}",
        object_type="approval",
        object_id=str(approval.public_id),
        before={"state": before},
        after={
            **about,
            **(proved or {}),
            "state": state,
            "payload_sha256": approval.payload_sha256,
            "maker": str(approval.maker_id),
            "checker": str(checker.pk) if checker else None,
            "comment": approval.comment,
        },
    )
    told = {**about, "state": state}
    outbox.tell(event=f"approval.{state}", object_id=str(approval.public_id), payload=told)
