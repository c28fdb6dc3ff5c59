"""Can a fee or a limit be so? Both are read from one plain payload, as an approval keeps it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from coinhub.core.errors import DomainError
from coinhub.core.ids import as_uuid
from coinhub.core.money import Money
from coinhub.users.models import User
from wallets.models import Fee, Limit
from wallets.models.limit import MOST_DAYS, SHORTEST_REASON
from wallets.selectors.currencies import get_currency

FEE_MEMBERS = {"operation", "currency", "fixed", "bps", "minimum", "maximum", "valid_from"}
LIMIT_MEMBERS = {"name", "tier", "customer", "maximum", "valid_from", "expires_at", "reason"}
MOST_EXCEPTIONS = 5_000  # in force at a time; every payment's limits are looked up among them
TIERS = (0, 1, 2)
WHOLE_BPS = 10_000


class TermsInvalid(DomainError):
    """A fee or limit that cannot be; ``field`` names the member that is wrong."""

    code = "TERMS_INVALID"
    title = "This fee or limit cannot be set so"


def check_fee(payload: Mapping[str, Any]) -> Fee:
    """Read a fee as it would be set; nothing is written.

    Raises: TermsInvalid, AmountInvalid, CurrencyUnknown.
    """
    _require_members(payload, FEE_MEMBERS)
    operation = payload.get("operation")
    if operation not in Fee.Operation.values:
        raise TermsInvalid("there is no such operation", field="operation")
    bps = payload.get("bps", 0)
    if type(bps) is not int or not 0 <= bps <= WHOLE_BPS:
        raise TermsInvalid(f"bps is a whole number from 0 to {WHOLE_BPS}", field="bps")
    code = payload.get("currency")
    amounts = {name: payload.get(name) or "0" for name in ("fixed", "minimum")}
    if code is None and (set(amounts.values()) != {"0"} or payload.get("maximum") is not None):
        raise TermsInvalid("amounts need a currency; for every one set a rate", field="currency")
    _moment(payload, "valid_from")
    fee = Fee(operation=operation, currency_id=code, bps=bps)
    fee.fixed, fee.minimum = (_amount(text, code) for text in amounts.values())
    if payload.get("maximum") is not None:
        fee.maximum = _amount(payload["maximum"], code)
        if fee.maximum < fee.minimum:
            raise TermsInvalid("the maximum is below the minimum", field="maximum")
    return fee


def check_limit(payload: Mapping[str, Any]) -> Limit:
    """Read a limit as it would be set; nothing is written.

    Raises: TermsInvalid, AmountInvalid.
    """
    _require_members(payload, LIMIT_MEMBERS)
    name, tier = payload.get("name"), payload.get("tier")
    if name not in Limit.Name.values:
        raise TermsInvalid("there is no such limit", field="name")
    if tier is not None and (type(tier) is not int or tier not in TIERS):
        raise TermsInvalid("a tier is 0, 1 or 2", field="tier")
    counts = name == Limit.Name.PAYMENTS_1H
    maximum = Money.parse(payload.get("maximum", ""), "USD", 0 if counts else 18).amount
    reason = str(payload.get("reason") or "").strip()
    limit = Limit(name=name, tier=tier, maximum=maximum, reason=reason)
    starts, ends = _moment(payload, "valid_from"), _moment(payload, "expires_at")
    if payload.get("customer") is None:
        if ends is not None:
            raise TermsInvalid("only an exception for one customer ends", field="expires_at")
        return limit
    if tier is not None:
        raise TermsInvalid("either a tier or a customer", field="tier")
    limit.customer_id = _customer(str(payload["customer"]))
    limit.expires_at = _end(starts, ends)
    if len(reason) < SHORTEST_REASON:
        raise TermsInvalid(f"a reason has {SHORTEST_REASON} signs or more", field="reason")
    return limit


def _customer(text: str) -> UUID:
    """Find the customer of an exception, if there is room for one more."""
    found = as_uuid(text)
    if found is None or not User.objects.filter(pk=found, is_staff=False).exists():
        raise TermsInvalid("there is no such customer", field="customer")
    if Limit.objects.filter(expires_at__gt=Now()).count() >= MOST_EXCEPTIONS:
        raise TermsInvalid("too many exceptions are in force", field="customer")
    return found


def _end(starts: datetime | None, ends: datetime | None) -> datetime:
    """Require an end: after the beginning, and not too far away."""
    now = timezone.now()
    begins = max(starts or now, now)
    if ends is None or not begins < ends <= begins + timedelta(days=MOST_DAYS):
        raise TermsInvalid(f"it ends within {MOST_DAYS} days", field="expires_at")
    return ends


def _moment(payload: Mapping[str, Any], name: str) -> datetime | None:
    """Read a moment with its offset, as ``isoformat`` writes it."""
    text = payload.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise TermsInvalid("a moment such as 2026-05-31T12:00:00+00:00", field=name)
    return moment


def _amount(text: str, code: str | None) -> Decimal:
    """Read an amount by the rules of its currency; without one it is zero."""
    if code is None:
        return Decimal(0)
    return Money.parse(text, code, get_currency(code).decimals).amount


def _require_members(payload: Mapping[str, Any], known: set[str]) -> None:
    for name in sorted(set(payload) - known):
        raise TermsInvalid(f"there is no member {name!r}", field=name)
