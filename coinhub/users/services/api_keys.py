"""Use cases of API keys: make, revoke, use, spend."""

import ipaddress
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp, require_transaction, sql_file
from coinhub.core.errors import DomainError, NotYours, ValidationFailed
from coinhub.core.money import Money, dollars_text
from coinhub.events import audit, outbox
from coinhub.users import key_text
from coinhub.users.models import ApiKey, ApiKeySpend, User
from coinhub.users.services import confirmations
from coinhub.users.services.key_notice import write_to_owner

Scope = ApiKey.Scope
MONEY_SCOPES = frozenset({Scope.TRANSFER.value, Scope.WITHDRAW.value, Scope.TRADE.value})
MOST_KEYS = 20
MOST_NETWORKS = 20
WIDEST = {4: 16, 6: 32}  # a key with a list of addresses may pay without a second factor
MOST_DAYS = 3650
LONGEST_LABEL = 60
CENTS = 2  # decimals of a cap in USD
DAY = timedelta(hours=24)
USE_KEY = sql_file("coinhub/users/sql/use_key.sql")


class TooManyKeys(DomainError):
    """The customer has as many API keys as there may be."""

    code = "TOO_MANY_API_KEYS"
    status = 409
    title = "There are too many API keys; revoke one first"


class SpendCapExceeded(DomainError):
    """The API key may not move that much within 24 hours; ``remaining_usd`` says what it may."""

    code = "SPEND_CAP_EXCEEDED"
    status = 422
    title = "The daily cap of this API key is used up"
    stored = True


class KeysForCustomersOnly(DomainError):
    """Staff act in person: an API key has no second factor at hand."""

    code = "API_KEY_NOT_FOR_STAFF"
    status = 403
    title = "Members of staff have no API keys"


@dataclass(frozen=True, slots=True)
class Wish:
    """The API key somebody wants; checked as it is made."""

    label: str
    scopes: Sequence[str] = (Scope.READ.value,)
    networks: Sequence[str] = ()
    days: int | None = None
    spend_cap_usd: Decimal | None = None


def create(
    *, user: User, wish: Wish, confirmation_id: UUID | None, actor: Actor
) -> tuple[ApiKey, str]:
    """Make an API key and give its text, which nobody can see again.

    Atomic: opens its own transaction; keys of one customer are made one after another.
    Repeat: another key; with a money scope, only with another confirmation.
    Writes: ApiKey, audit event, ``api_key.created`` event; Confirmation. An e-mail to the owner.
    Raises: ValidationFailed, TooManyKeys, KeysForCustomersOnly, and for a key that may move money
        StepUpRequired, SecondFactorNeeded.
    """
    if user.is_staff:
        raise KeysForCustomersOnly
    wish = require_sound(wish)
    if MONEY_SCOPES & set(wish.scopes):
        confirmations.require(
            user=user,
            command=confirmations.NEW_API_KEY,
            facts=facts_of(wish),
            confirmation_id=confirmation_id,
            key=f"once:{uuid.uuid4()}",
            actor=actor,
        )
    text = key_text.new_key()
    with transaction.atomic(durable=True):
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        if ApiKey.objects.filter(user=user, revoked_at=None).count() >= MOST_KEYS:
            raise TooManyKeys
        made = ApiKey.objects.create(
            user=user,
            label=wish.label,
            hint=key_text.hint_of(text),
            digest=key_text.digest_of(text),
            scopes=list(wish.scopes),
            networks=list(wish.networks),
            spend_cap_usd=wish.spend_cap_usd,
            expires_at=ClockTimestamp() + timedelta(days=wish.days) if wish.days else None,
        )
        _record("api_key.created", made, actor, **facts_of(wish))
        outbox.tell(event="api_key.created", object_id=str(made.public_id))
    made.refresh_from_db()
    write_to_owner(user, made)
    return made, text


def revoke(*, user: User, public_id: UUID, actor: Actor) -> None:
    """End an API key of one's own at once, on every process.

    Atomic: opens its own transaction.
    Repeat: nothing more to end.
    Writes: ApiKey, audit event, ``api_key.revoked`` event.
    Raises: NotYours.
    """
    with transaction.atomic():
        key = ApiKey.objects.filter(user=user, public_id=public_id).first()
        if key is None:
            raise NotYours
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=ClockTimestamp()):
            _record("api_key.revoked", key, actor, label=key.label)
            outbox.tell(event="api_key.revoked", object_id=str(key.public_id))


def revoke_all(*, user: User, actor: Actor) -> int:
    """End every API key of a person; say how many there were.

    Atomic: needs the caller's transaction.
    Repeat: nothing more to end.
    Writes: ApiKey, an audit event for each.
    """
    require_transaction()
    keys = list(
        ApiKey.objects.select_for_update().filter(user=user, revoked_at=None).order_by("id")
    )
    ApiKey.objects.filter(pk__in=[key.pk for key in keys]).update(revoked_at=ClockTimestamp())
    for key in keys:
        _record("api_key.revoked", key, actor, label=key.label)
    return len(keys)


def note_use(key_id: int) -> None:
    """Remember that a key was used, at most once a minute.

    Atomic: one statement of its own.
    Writes: ApiKey.
    """
    with connection.cursor() as cursor:
        cursor.execute(USE_KEY, {"id": key_id})


def spend(*, key_id: int, usd: Decimal) -> None:
    """Count what a key moves against its cap of any 24 hours; a key without one is not counted.

    Call it in the transaction that moves the money, after the booking and not for a repeat: what
    it refuses is undone with it.

    Units:  ``usd`` is positive, in dollars.
    Atomic: needs the caller's transaction; one key's payments wait for each other.
    Repeat: counts again.
    Writes: ApiKeySpend.
    Raises: SpendCapExceeded.
    """
    require_transaction()
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.spend_cap_usd is None:
        return
    spent = ApiKeySpend.objects.filter(api_key=key, spent_at__gt=ClockTimestamp() - DAY)
    used = Money(spent.aggregate(usd=Sum("usd"))["usd"] or Decimal(0), "USD")
    cap = Money(key.spend_cap_usd, "USD")
    if (used + Money(usd, "USD")).amount > cap.amount:
        left = dollars_text((cap - used).amount, ROUND_DOWN)
        raise SpendCapExceeded(cap_usd=dollars_text(cap.amount), remaining_usd=left)
    ApiKeySpend.objects.create(api_key=key, usd=usd)


def facts_of(wish: Wish) -> dict[str, str]:
    """Say in words what a key will be able to do, as it is shown and confirmed."""
    cap = wish.spend_cap_usd
    return {
        "label": wish.label,
        "scopes": " ".join(wish.scopes),
        "networks": " ".join(wish.networks) or "every address",
        "days": str(wish.days) if wish.days else "until revoked",
        "daily_cap_usd": "none" if cap is None else format(cap, "f"),
    }


def require_sound(wish: Wish) -> Wish:
    """Give the wish with scopes and networks in one form and order.

    Raises: ValidationFailed naming the places.
    """
    problems: dict[str, str] = {}
    label = wish.label.strip()
    if not 1 <= len(label) <= LONGEST_LABEL:
        problems["label"] = "one to sixty characters"
    scopes = [scope for scope in Scope.values if scope in wish.scopes]
    if not scopes or len(scopes) != len(set(wish.scopes)):
        problems["scopes"] = f"one or more of {', '.join(Scope.values)}"
    if wish.days is not None and not 1 <= wish.days <= MOST_DAYS:
        problems["days"] = f"from 1 to {MOST_DAYS} days"
    cap = wish.spend_cap_usd
    if cap is not None:
        money = Money(cap, "USD")
        money.require_positive()
        money.require_scale(CENTS)
        cap = cap.quantize(Decimal(1).scaleb(-CENTS))
    networks = _networks(wish.networks, problems)
    if problems:
        raise ValidationFailed(
            errors=[
                {"pointer": f"/{name}", "code": "INVALID", "detail": detail}
                for name, detail in problems.items()
            ]
        )
    return Wish(label, scopes, networks, wish.days, cap)


def _networks(given: Sequence[str], problems: dict[str, str]) -> list[str]:
    try:
        found = {ipaddress.ip_network(text.strip()) for text in given}
    except ValueError:
        problems["networks"] = "addresses or networks such as 192.0.2.0/24"
        return []
    if any(network.prefixlen < WIDEST[network.version] for network in found):
        problems["networks"] = "no network wider than /16 (IPv6: /32): a list of all is no list"
    if len(found) > MOST_NETWORKS:
        problems["networks"] = f"at most {MOST_NETWORKS}"
    return sorted(network.compressed for network in found)


def _record(action: str, key: ApiKey, actor: Actor, **told: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="api_key",
        object_id=str(key.public_id),
        after=told,
    )
