"""People whose money may leave: a second factor, an address, a withdrawal that is confirmed."""

import itertools
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.ids import new_public_id
from coinhub.core.money import Money
from coinhub.users.models import User
from coinhub.users.services import confirmations, second_factor
from coinhub.users.services.confirmations import StepUpRequired
from coinhub.users.services.proofs import Proof
from tests.conftest import make_customer, wallet_of
from wallets.models import Destination, Transaction, Withdrawal
from wallets.services import payments, withdrawals
from wallets.services.mandates import NONE, Mandate
from wallets.services.withdrawal_plans import Wish

IBAN = "GB33BUKB20201555555555"
_numbers = itertools.count(1)


def actor_of(user: User) -> Actor:
    return Actor(kind="customer", user_id=user.pk, request_id="test")


def enrol(user: User) -> User:
    """Give a person a second factor, long enough ago that nothing cools for it."""
    with transaction.atomic():
        second_factor.enrol_totp(user)
    User.objects.filter(pk=user.pk).update(credentials_changed_at=None)
    return user


def leaver(funded: str = "1000.00", currency: str = "GBP", *, is_known: bool = True) -> User:
    """Make a customer who can withdraw; one who is known has withdrawn before."""
    user = enrol(make_customer("leaver"))
    wallet = wallet_of(user, currency, funded=funded)
    if is_known:
        one = Money(Decimal("1.00"), currency)
        payments.credit(payee=wallet, amount=one, actor=actor_of(user))
        payments.debit(payer=wallet, amount=one, actor=actor_of(user))
    return user


def place(user: User, currency: str = "GBP", *, age_h: int = 48, network: str = "iban"):
    """Put a place into somebody's address book, old enough to be used unless told otherwise."""
    number = next(_numbers)
    return Destination.objects.create(
        public_id=new_public_id(),
        customer=user,
        label=f"place {number}",
        currency_id=currency,
        network=network,
        address=IBAN,
        fingerprint=number.to_bytes(32),
        masked="GB33 … 5555",
        active_from=timezone.now() + timedelta(hours=24 - age_h),
    )


def confirmed(user: User, challenge_id) -> None:
    """Confirm a challenge with a code that was not used before."""
    with transaction.atomic():
        code = second_factor.new_recovery_codes(user)[0]
    confirmations.confirm(
        user=user, challenge_id=challenge_id, proof=Proof(code), actor=actor_of(user)
    )


def withdraw(
    user: User, amount: str, destination=None, *, currency="GBP", fee_mode="on_top", request=None
) -> Transaction:
    """Withdraw as a person does: asked for the second factor, confirm, and ask again."""
    destination = destination or place(user, currency)
    wish = Wish(Money(Decimal(amount), currency), destination.public_id, fee_mode)
    wanted = {"customer_id": user.pk, "wish": wish, "actor": actor_of(user), "request": request}
    try:
        return withdrawals.withdraw(**wanted, mandate=NONE).transaction
    except StepUpRequired as needed:
        challenge_id = needed.members["challenge_id"]
    confirmed(user, challenge_id)
    return withdrawals.withdraw(**wanted, mandate=Mandate(challenge_id)).transaction


def due(txn: Transaction, **values) -> Withdrawal:
    """Make a withdrawal due now, as if its time had come."""
    past = timezone.now() - timedelta(seconds=1)
    Withdrawal.objects.filter(transaction_id=txn.pk).update(next_at=past, **values)
    return Withdrawal.objects.get(transaction_id=txn.pk)


def state_of(txn: Transaction) -> str:
    return Transaction.objects.values_list("state", flat=True).get(pk=txn.pk)
