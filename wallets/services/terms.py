"""Use cases: set a fee, set a limit. Each takes one plain payload, as an approval keeps it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest, Now

from coinhub.core.actor import Actor
from coinhub.events import audit
from wallets.models import Fee, Limit
from wallets.policies import terms
from wallets.selectors import fees, limits


def set_fee(*, payload: Mapping[str, Any], actor: Actor) -> Fee:
    """Set what an operation costs from a moment on.

    Units:  amounts are strings in units of the currency; ``bps`` is a whole number.
    Atomic: joins the caller's transaction or opens one.
    Writes: Fee, AuditEvent.
    Raises: TermsInvalid, AmountInvalid, CurrencyUnknown.
    """
    row = terms.check_fee(payload)
    with transaction.atomic():
        replaced = fees.valid_rows().filter(operation=row.operation, currency=row.currency_id)
        before = _shown_fee(replaced.first())
        row.valid_from = _from(payload.get("valid_from"))
        row.created_by_id = actor.user_id
        row.save(force_insert=True)
        row.refresh_from_db()
        _tell("fee.set", row, actor, before=before, after=_shown_fee(row))
    transaction.on_commit(fees.forget)
    return row


def set_limit(*, payload: Mapping[str, Any], actor: Actor) -> Limit:
    """Set how much may be moved from a moment on: for everybody, for a tier, or for one customer.

    Units:  ``maximum`` is a string in US dollars, or a count.
    Atomic: joins the caller's transaction or opens one.
    Writes: Limit, AuditEvent.
    Raises: TermsInvalid, AmountInvalid.
    """
    row = terms.check_limit(payload)
    with transaction.atomic():
        replaced = limits.valid_rows().filter(
            name=row.name, tier=row.tier, customer=row.customer_id
        )
        before = _shown_limit(replaced.first())
        row.valid_from = _from(payload.get("valid_from"))
        row.created_by_id = actor.user_id
        row.save(force_insert=True)
        row.refresh_from_db()
        _tell("limit.set", row, actor, before=before, after=_shown_limit(row))
    transaction.on_commit(limits.forget)
    return row


def _from(text: str | None) -> Any:
    """Give the moment a row counts from: the one that was said, never one that is past."""
    return Now() if text is None else Greatest(Value(datetime.fromisoformat(text)), Now())


def _tell(
    action: str,
    row: Fee | Limit,
    actor: Actor,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type=action.partition(".")[0],
        object_id=str(row.pk),
        before=before,
        after=after,
    )


def _shown_fee(row: Fee | None) -> dict[str, Any] | None:
    return None if row is None else _shown(row, terms.FEE_MEMBERS)


def _shown_limit(row: Limit | None) -> dict[str, Any] | None:
    return None if row is None else _shown(row, terms.LIMIT_MEMBERS)


def _shown(row: Fee | Limit, names: set[str]) -> dict[str, Any]:
    """Write a row down as a payload has it."""
    return {name: _plain(getattr(row, _column(name))) for name in sorted(names)}


def _column(name: str) -> str:
    return f"{name}_id" if name in ("currency", "customer") else name


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
