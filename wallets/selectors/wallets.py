"""Wallets of a customer, what is on hold in them, and who can be paid."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from coinhub.core.errors import DomainError, NotYours
from coinhub.users.models import User
from wallets.models import Freeze, Hold, HoldCondition, Wallet
from wallets.selectors.pages import Page, Window, cut


class RecipientUnavailable(DomainError):
    """The recipient is unknown, closed, frozen or cannot be paid: all of these look alike."""

    code = "RECIPIENT_UNAVAILABLE"
    status = 403
    title = "This recipient cannot be paid"


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
