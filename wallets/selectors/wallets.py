"""Wallets of a customer, what is on hold in them, and who a payment goes to."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from coinhub.core.errors import DomainError, NotYours
from coinhub.users.models import User
from wallets.models import Hold, HoldCondition, Wallet


class RecipientUnavailable(DomainError):
    """The recipient is unknown, closed, frozen or cannot be paid: all of these look alike."""

    code = "RECIPIENT_UNAVAILABLE"
    status = 403
    title = "This recipient cannot be paid"


@dataclass(frozen=True, slots=True)
class Parties:
    """Both ends of a payment in one currency, as far as their wallets exist."""

    payer: Wallet | None
    payee: Wallet | None


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


def list_open_holds(wallet: Wallet) -> list[Hold]:
    """List why part of a wallet is held or locked, oldest first, with the conditions of each."""
    holds = (
        Hold.objects.filter(wallet=wallet, state=Hold.State.OPEN)
        .select_related("transaction", "transaction__currency")
        .prefetch_related(Prefetch("conditions", HoldCondition.objects.order_by("id")))
    )
    return list(holds.order_by("id"))


def list_open_holds_of(owner_id: UUID) -> list[Hold]:
    """List the open holds of all of a customer's wallets, oldest first."""
    holds = (
        Hold.objects.filter(wallet__owner_id=owner_id, state=Hold.State.OPEN)
        .select_related("wallet__currency", "transaction")
        .prefetch_related(Prefetch("conditions", HoldCondition.objects.order_by("id")))
    )
    return list(holds.order_by("id"))


def find_parties(owner_id: UUID, to: str, currency: str) -> Parties:
    """Find the wallets of a payment in one query, the payee's with owner and identity case.

    ``to`` is an e-mail or a wallet id. The payee is ``None`` where a customer who can be paid has
    no wallet in this currency yet.

    Raises: RecipientUnavailable.
    """
    wallet_id = _as_wallet_id(to)
    mine = Q(owner_id=owner_id, currency_id=currency)
    if wallet_id is not None:
        theirs = Q(public_id=wallet_id)
    else:
        recipient = User.objects.filter(email=to.strip().lower()).values("pk")[:1]
        theirs = Q(owner_id=recipient, currency_id=currency)
    found = list(Wallet.objects.filter(mine | theirs).select_related("owner__kyc_case"))
    payer = next((w for w in found if _is(w, owner_id, currency)), None)
    payee = next((w for w in found if _is_meant(w, to, wallet_id)), None)
    if payee is None and (wallet_id is not None or find_recipient(to) is None):
        raise RecipientUnavailable
    if payee is not None and not _can_receive(payee):
        raise RecipientUnavailable
    return Parties(payer, payee)


def find_recipient(email: str) -> User | None:
    """Find the active customer with an e-mail, who may have no wallet yet."""
    people = User.objects.filter(email=email.strip().lower(), is_active=True, is_staff=False)
    return people.select_related("kyc_case").first()


def get_customer(customer_id: UUID) -> User:
    """Give an active customer.

    Raises: NotYours for staff, for one who left and for one who never was, alike.
    """
    people = User.objects.filter(pk=customer_id, is_active=True, is_staff=False)
    found = people.select_related("kyc_case").first()
    if found is None:
        raise NotYours
    return found


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
