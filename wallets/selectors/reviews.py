"""What somebody needs before them who decides about a withdrawal."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from coinhub.core.errors import NotYours
from coinhub.core.ids import shard_of
from coinhub.events.models import AuditEvent
from coinhub.users.models import User
from kyc.models import Case
from wallets.models import Freeze, Transaction, Wallet, Withdrawal
from wallets.selectors import withdrawals

State, Status = Transaction.State, Transaction.Status
NEWEST = 10
COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Story:
    """A customer as the reviewer of a withdrawal sees them.

    Units:  ``usd_of_the_day`` in US dollars, besides the withdrawal itself; ``paid_in`` and
        ``paid_out`` count payments, up to 1,000.
    """

    customer: User
    case: Case | None
    has_withdrawn: bool
    usd_of_the_day: Decimal
    paid_in: int
    paid_out: int
    credentials_changed_at: datetime | None
    freezes: list[Freeze]
    signs: list[AuditEvent]


def waiting() -> QuerySet[Withdrawal]:
    """List the withdrawals that wait for staff, the one that has waited longest first."""
    rows = Withdrawal.objects.filter(transaction__state=State.PENDING_REVIEW)
    return rows.filter(transaction__status=Status.PENDING).order_by("pk")


def story_of(withdrawal: Withdrawal) -> Story:
    """Gather what there is about the customer of a withdrawal.

    Raises: NotYours.
    """
    txn = withdrawal.transaction
    customer = txn.payer_wallet.owner
    if customer is None:  # nothing of the house is ever withdrawn
        raise NotYours
    wallets = list(
        Wallet.objects.filter(owner=customer, shard=shard_of(customer.pk)).values_list(
            "pk", flat=True
        )
    )
    done = Transaction.objects.filter(status=Status.COMPLETED)
    return Story(
        customer=customer,
        case=Case.objects.filter(customer=customer).first(),
        has_withdrawn=withdrawals.has_withdrawn(customer.pk),
        usd_of_the_day=withdrawals.used_of_the_day(customer.pk, txn.pk),
        paid_in=done.filter(payee_wallet__in=wallets)[:COUNTED].count(),
        paid_out=done.filter(payer_wallet__in=wallets)[:COUNTED].count(),
        credentials_changed_at=customer.credentials_changed_at,
        freezes=list(Freeze.objects.filter(customer=customer, lifted_at__isnull=True)),
        signs=_signs_of(customer.pk),
    )


def _signs_of(customer_id: UUID) -> list[AuditEvent]:
    """List the newest of what happened to the customer's account: sign-ins, passwords, factors."""
    rows = AuditEvent.objects.filter(object_type="person", object_id=str(customer_id))
    return list(rows.exclude(action="person.looked_at").order_by("-pk")[:NEWEST])
