"""The pause after failures in a row: S2's cooldown."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from coinhub.core.db import database_clock
from coinhub.core.errors import DomainError
from coinhub.core.ids import shard_of
from wallets.models import Allowance

STEP_UP_REQUIRED = "STEP_UP_REQUIRED"
# The refusals that count: a destination that may not be paid, and too little money. A wrong second
# factor counts too; being asked for one for the first time is no failure.
COUNTED = {"INSUFFICIENT_FUNDS", "DESTINATION_GONE", "NETWORK_UNSUPPORTED"}


def counts(refusal: DomainError, *, was_confirmed: bool) -> bool:
    """Say whether a refused payment is a failure; ``was_confirmed``: it named a confirmation."""
    if refusal.code == STEP_UP_REQUIRED:
        return was_confirmed
    return refusal.code in COUNTED


def note_failure(customer_id: UUID) -> None:
    """Remember a failure; the third within a quarter of an hour pauses payments for five minutes.

    Units:  the figures are settings (``COINHUB_COOLDOWN_*``), the clock is the database's.
    Atomic: a short transaction of its own, in which the customer's allowance is locked.
    Repeat: counts again; a repeat of a refused request is answered before and does not come here.
    Writes: Allowance.
    """
    with transaction.atomic():
        allowance = _locked(customer_id)
        now = database_clock()  # after the lock: moments are in the order of the failures
        since = now - timedelta(seconds=settings.COOLDOWN_WITHIN_S)
        failures = [moment for moment in allowance.failures if moment > since] + [now]
        if len(failures) >= settings.COOLDOWN_FAILURES:
            allowance.paused_until = now + timedelta(seconds=settings.COOLDOWN_PAUSE_S)
            failures = []
        allowance.failures = failures
        allowance.save(update_fields=["failures", "paused_until"])


def _locked(customer_id: UUID) -> Allowance:
    """Lock the customer's row, which is made at the first failure or payment."""
    shard = shard_of(customer_id)
    place = Allowance(customer_id=customer_id, shard=shard)
    Allowance.objects.bulk_create([place], ignore_conflicts=True)
    return Allowance.objects.select_for_update().get(customer_id=customer_id, shard=shard)
