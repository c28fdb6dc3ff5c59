"""What a caller brings besides the wish: a confirmed second factor, an API key with a cap."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from coinhub.core.actor import Actor
from coinhub.users.models import User
from coinhub.users.selectors.api_keys import KeyInUse
from coinhub.users.services import api_keys, confirmations, second_factor
from coinhub.users.services.confirmations import SecondFactorNeeded, StepUpRequired
from wallets.ledger import idempotency, posting
from wallets.ledger.drafts import TransactionDraft
from wallets.ledger.errors import RefusedBefore
from wallets.ledger.guard import Guard
from wallets.ledger.request import Booked, MoneyRequest
from wallets.selectors.prices import Valued


@dataclass(frozen=True, slots=True)
class Mandate:
    """By what right somebody pays: a confirmation of the second factor, or an API key."""

    confirmation_id: UUID | None = None
    api_key: KeyInUse | None = None

    @property
    def is_preapproved(self) -> bool:
        """Say whether it needs no confirmation."""
        return confirmations.is_preapproved(self.api_key)


NONE = Mandate()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUp:
    """The second factor for one exact operation, as the gates ask for it.

    ``above_usd`` is the value up to which none is needed; ``None`` asks always.
    """

    customer_id: UUID
    command: str
    facts: Mapping[str, str]
    mandate: Mandate
    actor: Actor
    request: MoneyRequest | None = None
    above_usd: Decimal | None = None

    def is_needed(self, usd: Decimal | None) -> bool:
        """Say whether a payment of this value needs a confirmation; points have none."""
        if self.mandate.is_preapproved:
            return False
        return self.above_usd is None or (usd is not None and usd > self.above_usd)

    def ask(self) -> None:
        """Go on only with the confirmation of exactly this operation, good for this key alone.

        Writes: Confirmation, audit event.
        Raises: StepUpRequired, SecondFactorNeeded; RefusedBefore for a key that has its answer.
        """
        if self.request is not None and idempotency.find(self.request) is not None:
            raise RefusedBefore
        confirmations.require(
            user=self._user(),
            command=self.command,
            facts=self.facts,
            confirmation_id=self.mandate.confirmation_id,
            key=self.request.key if self.request else "",
            actor=self.actor,
        )

    def look(self) -> None:
        """Say that a confirmation would be asked for.

        Raises: StepUpRequired, SecondFactorNeeded.
        """
        if not second_factor.has_second_factor(self._user()):
            raise SecondFactorNeeded
        raise StepUpRequired(command=self.command, facts=dict(self.facts))

    def _user(self) -> User:
        return User.objects.get(pk=self.customer_id)


def metadata(valued: Valued | None, mandate: Mandate) -> dict[str, Any]:
    """Say with the transaction at which price it was valued, and which API key paid."""
    found: dict[str, Any] = {}
    if valued is not None and valued.price_id is not None:
        found["price_id"] = valued.price_id
    if mandate.api_key is not None:
        found["api_key"] = str(mandate.api_key.id)
    return found


def book(
    draft: TransactionDraft,
    *,
    guard: Guard | None,
    mandate: Mandate,
    actor: Actor,
    event: str,
    request: MoneyRequest | None,
    usd: Decimal | None = None,
) -> Booked:
    """Book an operation under its guard and, where an API key has one, under the key's cap.

    ``usd`` is what it counts in the cap where the draft has no value of its own: what counts into
    no limit of the customer moves money by the key all the same.

    Atomic: one statement; with a cap, one transaction. What the cap refuses is not booked.
    Repeat: the same request gives back the first Transaction and counts into no cap again.
    Writes, Raises: as ``posting.book``; SpendCapExceeded.
    """
    key = mandate.api_key
    counted = draft.usd_value if usd is None else usd
    if key is None or key.spend_cap_usd is None or counted is None:
        return posting.book(draft, actor=actor, event=event, request=request, guard=guard)
    with transaction.atomic():
        booked = posting.book(draft, actor=actor, event=event, request=request, guard=guard)
        if not booked.replayed:
            api_keys.spend(key_id=key.id, usd=counted)
    return booked
