"""Wallets of a customer, what is on hold in them, and who a payment goes to."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from coinhub.core.db import sql_file
from coinhub.core.errors import DomainError, NotYours
from coinhub.users.models import User
from kyc.models import Case
from wallets.models import Freeze, Hold, HoldCondition, Wallet
from wallets.selectors.pages import Page, Window, cut

# Asked by every payment, so it is written out: building it costs more than answering it.
FIND_PARTIES = sql_file("wallets/sql/queries/find_parties.sql")
WALLET_COLUMNS = (  # in the order of the model, which ``from_db`` goes by
    "id", "public_id", "shard", "owner_id", "currency_id", "decimals", "code", "available", "held",
    "locked", "invested", "total", "floor", "version", "status", "is_primary", "opened_at",
)  # fmt: skip
OWNER_COLUMNS = ("id", "email", "name", "external_ref", "is_active", "is_staff")
CASE_COLUMNS = ("id", "customer_id", "status", "tier")


class RecipientUnavailable(DomainError):
    """The recipient is unknown, closed, frozen or cannot be paid: all of these look alike."""

    code = "RECIPIENT_UNAVAILABLE"
    status = 403
    title = "This recipient cannot be paid"


@dataclass(frozen=True, slots=True)
class Parties:
    """Both ends of a payment in one currency, as far as their wallets exist.

    ``freezes`` are those of whoever has the payee's wallet.
    """

    payer: Wallet | None
    payee: Wallet | None
    freezes: frozenset[str] = frozenset()


def list_wallets(owner_id: UUID) -> QuerySet[Wallet]:
    """Give a customer's wallets, the primary one first; each row is one snapshot of its figures."""
    return (
        Wallet.objects.filter(owner_id=owner_id)
        .select_related("currency")
        .order_by("-is_primary", "currency__position", "currency_id")
    )


def get_wallet(owner_id: UUID, public_id: UUID | str) -> Wallet:
    """Give one wallet of a customer.

    Raises: NotYours for somebody else's wallet and for one that does not exist, alike.
    """
    found = list_wallets(owner_id).filter(public_id=public_id).first()
    if found is None:
        raise NotYours
    return found


def list_open_holds(wallet: Wallet, window: Window | None = None) -> Page[Hold]:
    """List why part of a wallet is held or locked, newest first, with the conditions of each."""
    return _open_holds(Q(wallet=wallet), window or Window())


def list_open_holds_of(owner_id: UUID, window: Window | None = None) -> Page[Hold]:
    """List the open holds of all of a customer's wallets, newest first."""
    return _open_holds(Q(wallet__owner_id=owner_id), window or Window())


def _open_holds(whose: Q, window: Window) -> Page[Hold]:
    """Read a page of them: anybody's payments can make many, so nothing lists them all."""
    holds = (
        Hold.objects.filter(whose, state=Hold.State.OPEN)
        .select_related("wallet__currency", "transaction__currency")
        .prefetch_related(Prefetch("conditions", HoldCondition.objects.order_by("id")))
    )
    if window.after is not None:
        holds = holds.filter(pk__gt=window.after).order_by("id")
    elif window.before is not None:
        holds = holds.filter(pk__lt=window.before).order_by("-id")
    else:
        holds = holds.order_by("-id")
    rows = list(holds[: window.rows + 1])
    return cut(rows, [row.pk for row in rows], window)


def find_parties(owner_id: UUID, to: str, currency: str) -> Parties:
    """Find the wallets of a payment in one query, the payee's with owner and identity case.

    ``to`` is an e-mail or a wallet id. The payee is ``None`` where a customer who can be paid has
    no wallet in this currency yet.

    Raises: RecipientUnavailable.
    """
    wallet_id = _as_wallet_id(to)
    wanted: dict[str, Any] = {
        "owner": owner_id,
        "currency": currency,
        "wallet": wallet_id,
        "email": to.strip().lower() if wallet_id is None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND_PARTIES, wanted)
        rows = cursor.fetchall()
    found = [_with_owner(row) for row in rows]
    freezes = {wallet.pk: frozenset(row[-1]) for wallet, row in zip(found, rows, strict=True)}
    payer = next((w for w in found if _is(w, owner_id, currency)), None)
    payee = next((w for w in found if _is_meant(w, to, wallet_id)), None)
    if payee is None:
        if wallet_id is not None or find_recipient(to) is None:
            raise RecipientUnavailable
        return Parties(payer, None)
    if not _can_receive(payee) or Freeze.Kind.FULL in freezes[payee.pk]:
        raise RecipientUnavailable
    return Parties(payer, payee, freezes[payee.pk])


def find_recipient(email: str) -> User | None:
    """Find the active customer with an e-mail, who may have no wallet yet."""
    people = User.objects.filter(email=email.strip().lower(), is_active=True, is_staff=False)
    frozen = Freeze.objects.filter(
        customer=OuterRef("pk"), kind=Freeze.Kind.FULL, lifted_at__isnull=True
    )
    return people.filter(~Exists(frozen)).select_related("kyc_case").first()


def get_customer(customer_id: UUID) -> User:
    """Give an active customer.

    Raises: NotYours for staff, for one who left and for one who never was, alike.
    """
    people = User.objects.filter(pk=customer_id, is_active=True, is_staff=False)
    found = people.select_related("kyc_case").first()
    if found is None:
        raise NotYours
    return found


def _with_owner(row: tuple[Any, ...]) -> Wallet:
    """Make a wallet of a row, with its owner and the owner's case as far as there are any."""
    of_owner = len(WALLET_COLUMNS)
    of_case = of_owner + len(OWNER_COLUMNS)
    wallet = Wallet.from_db(connection.alias, WALLET_COLUMNS, row[:of_owner])
    if row[of_owner] is not None:
        wallet.owner = User.from_db(connection.alias, OWNER_COLUMNS, row[of_owner:of_case])
        case = row[of_case : of_case + len(CASE_COLUMNS)]
        Case.customer.field.remote_field.set_cached_value(
            wallet.owner,
            None if case[0] is None else Case.from_db(connection.alias, CASE_COLUMNS, case),
        )
    return wallet


def _as_wallet_id(to: str) -> UUID | None:
    try:
        return UUID(to) if "@" not in to else None
    except ValueError:
        return None


def _is(wallet: Wallet, owner_id: UUID, currency: str) -> bool:
    return wallet.owner_id == owner_id and wallet.currency_id == currency


def _is_meant(wallet: Wallet, to: str, wallet_id: UUID | None) -> bool:
    if wallet_id is not None:
        return wallet.public_id == wallet_id
    return wallet.owner is not None and wallet.owner.email == to.strip().lower()


def _can_receive(wallet: Wallet) -> bool:
    owner = wallet.owner
    return (
        owner is not None
        and owner.is_active
        and not owner.is_staff
        and wallet.status == Wallet.Status.ACTIVE
    )
