"""A row of everything that is tried in vain: an UPDATE of no row would prove nothing."""

from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from coinhub.approvals import services as approvals
from coinhub.core.actor import Actor, system
from coinhub.users import roles
from tests.conftest import gbp, make_customer, make_staff, wallet_of
from tests.wallets.horizon import settle
from tests.wallets.leaving import leaver, withdraw
from wallets.ledger.request import MoneyRequest
from wallets.models import Allowance
from wallets.rails.base import Arrival, Finality
from wallets.rails.configured import rail_named
from wallets.selectors import house
from wallets.services import adjustments, folding, freezes, holds, payouts, receipts, stops

# Besides what every refusal is watched for; what is counted here must be there.
STAGED = (
    "wallets_receipt",
    "wallets_withdrawal",
    "wallets_withdrawalattempt",
    "wallets_destination",
    "wallets_stop",
    "wallets_freeze",
    "approvals_approval",
    "kyc_case",
    "kyc_decision",
)


def stage() -> None:
    """Commit the rows."""
    payer = wallet_of(make_customer(), funded="100.00")
    carol = wallet_of(make_customer(kyc="pending"), funded="5.00")
    Allowance.objects.create(customer_id=carol.owner_id, shard=carol.shard)
    holds.place_hold(
        payer=payer,
        payee=carol,
        amount=gbp("1"),
        purpose="card_auth",
        actor=system("forbidden"),
        request=MoneyRequest(caller=uuid4(), key="a-key-for-the-row", fingerprint=bytes(32)),
    )
    _money_outside()
    _decisions()
    outside = house.get_house_wallet("A.SET", "GBP")
    settle(outside)
    folding.fold_all()


def _money_outside() -> None:
    withdraw(leaver(), "20.00")
    payouts.send_due()  # an attempt that was sent
    withdraw(leaver(is_known=False), "20.00")
    for finality in (Finality.FINAL, Finality.SEEN):
        account = str(make_customer().pk)
        arrival = Arrival(f"staged-{uuid4()}", account, Decimal(5), "GBP", finality)
        receipts.take_arrival(rail=rail_named("sandbox"), arrival=arrival, actor=Actor(kind="rail"))


def _decisions() -> None:
    actor = system("forbidden")
    with transaction.atomic():  # nobody else sees the stop
        stop = stops.engage(scope="operation", value="refund", reason="a drill", actor=actor)
        stops.lift_step(stop_id=stop.pk, actor=actor)
        freeze = freezes.freeze(
            customer_id=make_customer().pk, kind="full", reason="asked by a court", actor=actor
        )
        freezes.lift_step(freeze_id=freeze.pk, actor=actor)
    maker, checker = (make_staff(name, roles.OPERATIONS) for name in ("maker", "checker"))
    made = [
        adjustments.propose(
            kind="goodwill",
            amount=gbp("5.00"),
            customer_id=make_customer().pk,
            reason=f"For the row that stays: {outcome}",
            maker=maker,
            actor=Actor(kind="staff", user_id=maker.pk),
        )
        for outcome in ("pending", "rejected")
    ]
    approvals.reject(
        made[1].public_id,
        checker=checker,
        comment="It was a drill, nothing more",
        actor=Actor(kind="staff", user_id=checker.pk),
    )
