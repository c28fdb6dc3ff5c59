"""What the demo people sent outside and got from there over the sandbox's rail, lately."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from coinhub.users.models import User
from coinhub.users.services import confirmations, second_factor
from coinhub.users.services.confirmations import StepUpRequired
from coinhub.users.services.proofs import Proof
from wallets.models import Destination, Transaction
from wallets.rails.base import Arrival, Finality
from wallets.rails.configured import all_rails
from wallets.rails.sandbox import NAME, SandboxRail
from wallets.services import destinations, payout_tracking, payouts, receipts, withdrawals
from wallets.services.demo_stage import Stage, count_booked, find_booked, money, request_of
from wallets.services.demo_story import ALICE
from wallets.services.destinations import Place
from wallets.services.mandates import NONE, Mandate
from wallets.services.withdrawal_plans import Wish

# Source: examples of ISO 13616's registry.
SAVINGS = Place("My savings", "EUR", "iban", "DE89370400440532013000", is_own=True)
LANDLADY = Place("Holiday flat", "EUR", "iban", "FR1420041010050500013M02606")
UNKNOWN = Arrival("demo-nobody-0001", "", Decimal("42.00"), "GBP", Finality.FINAL)


@dataclass(frozen=True, slots=True)
class Leaving:
    """One withdrawal of the story; the sandbox's rail reads off the amount what becomes of it."""

    name: str
    amount: str
    place: Place
    is_cancelled: bool = False


LEAVING = (
    Leaving("lately-out-paid", "80.00", SAVINGS),
    Leaving("lately-out-failed", "40.01", SAVINGS),
    Leaving("lately-out-cancelled", "60.00", LANDLADY, is_cancelled=True),
    Leaving("lately-out-cooling", "55.00", LANDLADY),
    Leaving("lately-out-review", "1200.00", SAVINGS),
)


def play(stage: Stage) -> int:
    """Let money arrive and leave over the sandbox's rail, and say how many steps are new.

    Atomic: each step by itself.
    Repeat: what arrived or left is not sent again.
    Writes: what the use cases write.
    """
    if not any(rail.name == NAME for rail in all_rails()):
        return 0
    before = count_booked()
    _arrive(stage)
    missing = [one for one in LEAVING if find_booked(one.name) is None]
    if missing:
        alice = stage.person(ALICE)
        codes = _codes(alice)
        for leaving in missing:
            _leave(stage, alice, leaving, codes.pop())
        payouts.send_due()
        payout_tracking.track_due()
    return count_booked() - before


def _arrive(stage: Stage) -> None:
    """Alice is paid in euros, and something comes in that names nobody."""
    name = "lately-in"
    if find_booked(name) is None:
        receipts.simulate(
            customer_id=stage.people[ALICE],
            amount=money("2000.00", "EUR"),
            external_ref="demo-invoice-2087",
            actor=stage.acts(ALICE),
            request=request_of(name, "2000.00"),
        )
    receipts.take_arrival(rail=SandboxRail(), arrival=UNKNOWN, actor=stage.actor)


def _codes(person: User) -> list[str]:
    """Give recovery codes to confirm with: one-time codes would be used up for a minute."""
    with transaction.atomic():
        return second_factor.new_recovery_codes(person)


def _leave(stage: Stage, alice: User, leaving: Leaving, code: str) -> None:
    """Ask, confirm with the second factor, ask again; as Alice would."""
    wish = Wish(money(leaving.amount, "EUR"), _place(stage, alice, leaving.place).public_id)
    actor, request = stage.acts(ALICE), request_of(leaving.name, leaving.amount)
    mandate = NONE
    try:
        txn = withdrawals.withdraw(
            customer_id=alice.pk, wish=wish, mandate=mandate, actor=actor, request=request
        ).transaction
    except StepUpRequired as needed:
        challenge = needed.members["challenge_id"]
        confirmations.confirm(user=alice, challenge_id=challenge, proof=Proof(code), actor=actor)
        txn = withdrawals.withdraw(
            customer_id=alice.pk,
            wish=wish,
            mandate=Mandate(challenge),
            actor=actor,
            request=request,
        ).transaction
    if leaving.is_cancelled and txn.state != Transaction.State.CANCELLED:
        withdrawals.cancel(owner_id=alice.pk, public_id=txn.public_id, actor=actor)


def _place(stage: Stage, alice: User, place: Place) -> Destination:
    """Give an entry of the address book; her own is old enough, the other one waits its day."""
    found = Destination.objects.filter(customer=alice, label=place.label).first()
    if found is not None:
        return found
    cooling = timedelta(0) if place.is_own else None
    with transaction.atomic():
        made = destinations.write(alice, place, actor=stage.actor, cooling=cooling)
    made.refresh_from_db()
    return made
