"""Fees and limits in four eyes: one member of staff proposes, another approves, then they count."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from coinhub.approvals import kinds
from coinhub.approvals import services as approvals
from coinhub.approvals.kinds import Kind, Lines
from coinhub.approvals.models import Approval
from coinhub.core.actor import Actor
from coinhub.users.models import User
from wallets.models import Fee, Limit
from wallets.policies import terms as policy
from wallets.selectors import fees, limits
from wallets.services import terms

FEE, LIMIT = "fee", "limit"
EVERY = "*"
WORDS = {
    "operation": "Operation",
    "currency": "Currency",
    "fixed": "Fixed part",
    "bps": "Hundredths of a percent",
    "minimum": "At least",
    "maximum": "At most",
    "name": "Limit",
    "tier": "Tier",
    "customer": "Customer",
    "valid_from": "From",
    "expires_at": "Until",
    "reason": "Reason",
}


def propose_fee(*, payload: Mapping[str, Any], reason: str, maker: User, actor: Actor) -> Approval:
    """Propose what an operation costs from a moment on.

    Atomic: joins the caller's transaction, or opens its own.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval and what goes with it.
    Raises: what ``terms.check_fee`` and ``approvals.propose`` refuse.
    """
    row = policy.check_fee(payload)
    place = f"{row.operation}:{row.currency_id or EVERY}"
    return _propose(FEE, place, payload, reason, maker, actor)


def propose_limit(
    *, payload: Mapping[str, Any], reason: str, maker: User, actor: Actor
) -> Approval:
    """Propose how much may be moved from a moment on; the reason is the exception's reason too.

    Atomic: joins the caller's transaction, or opens its own.
    Repeat: the same proposal is refused while it waits.
    Writes: Approval and what goes with it.
    Raises: what ``terms.check_limit`` and ``approvals.propose`` refuse.
    """
    row = policy.check_limit({**payload, "reason": reason})
    whose = row.customer_id or (EVERY if row.tier is None else row.tier)
    return _propose(
        LIMIT, f"{row.name}:{whose}", {**payload, "reason": reason}, reason, maker, actor
    )


def _propose(
    kind: str,
    place: str,
    payload: Mapping[str, Any],
    reason: str,
    maker: User,
    actor: Actor,
) -> Approval:
    return approvals.propose(
        kind=kind,
        target_type=kind,
        target_id=place,
        payload=payload,
        reason=reason,
        maker=maker,
        actor=actor,
    )


def _set_fee(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    return {"fee": terms.set_fee(payload=approval.payload, actor=actor).pk}


def _set_limit(approval: Approval, *, checker: User, actor: Actor) -> Mapping[str, Any]:
    return {"limit": terms.set_limit(payload=approval.payload, actor=actor).pk}


def _counting_fee(place: str) -> str:
    """Say which row counts for a place now: another since the proposal makes it stale."""
    operation, _, code = place.partition(":")
    valid = fees.valid_rows().filter(operation=operation)
    return _key(valid.filter(currency=None if code == EVERY else code).first())


def _counting_limit(place: str) -> str:
    name, _, whose = place.partition(":")
    valid = limits.valid_rows().filter(name=name)
    if whose == EVERY:
        return _key(valid.filter(tier=None, customer=None).first())
    if whose.isdigit():
        return _key(valid.filter(tier=int(whose)).first())
    return _key(valid.filter(customer=UUID(whose)).first())


def _key(row: Fee | Limit | None) -> str:
    return "" if row is None else str(row.pk)


def _lines(approval: Approval) -> Lines:
    """Write every member down; an empty one in words."""
    shown = dict(approval.payload)
    if shown.get("customer"):
        person = User.objects.filter(pk=shown["customer"]).first()
        shown["customer"] = str(person or shown["customer"])
    empty = {"valid_from": "as soon as it is approved", "maximum": "no maximum"}
    return [
        (text, empty.get(name, "every one") if shown[name] is None else str(shown[name]))
        for name, text in WORDS.items()
        if name in shown and not (name == "expires_at" and shown[name] is None)
    ]


def _customer(approval: Approval) -> Collection[UUID]:
    """Nobody approves the own exception."""
    customer = approval.payload.get("customer")
    return () if customer is None else (UUID(customer),)


def register() -> None:
    """Make the kinds known; called once, at start."""
    for name, title, execute, version in (
        (FEE, "Set a fee", _set_fee, _counting_fee),
        (LIMIT, "Set a limit", _set_limit, _counting_limit),
    ):
        kinds.register(
            Kind(
                name=name,
                title=title,
                execute=execute,
                describe=_lines,
                version=version,
                parties=_customer,
                propose_permission=f"approvals.propose_{name}",
                approve_permission=f"approvals.approve_{name}",
            )
        )
