"""Use cases of confirmations: ask for one, give it, use it for one operation.

What asks for one calls ``require`` before it moves anything. The refusal names a challenge; the
person proves the second factor for it; the same request is sent again and names it in turn.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import DomainError, NotYours
from coinhub.events import audit
from coinhub.users.models import Confirmation, User
from coinhub.users.services import passkeys, second_factor
from coinhub.users.services.proofs import Proof

LIFE = timedelta(minutes=5)
KEPT = timedelta(days=1)  # how long an unused challenge is kept after its end
WITHDRAWAL, NEW_ADDRESS, NEW_API_KEY = "withdrawal.create", "destination.add", "api_key.create"
TRANSFER, RESUME_API_KEY = "transfer.create", "api_key.resume"


class StepUpRequired(DomainError):
    """The operation needs a second factor of its own; ``challenge_id`` names what to confirm."""

    code = "STEP_UP_REQUIRED"
    status = 403
    title = "Confirm exactly this operation with your second factor"


class SecondFactorNeeded(DomainError):
    """The operation needs a second factor, and the person has none yet."""

    code = "SECOND_FACTOR_MISSING"
    status = 403
    title = "Set up a second factor first"


class ConfirmationEnded(DomainError):
    """The challenge is too old, or was confirmed already."""

    code = "CONFIRMATION_ENDED"
    status = 409
    title = "This confirmation is over; start the operation again"


class Preapproving(Protocol):
    """What of an API key decides whether it needs no confirmation."""

    @property
    def has_networks(self) -> bool:
        """Say whether the key is bound to addresses."""
        ...

    @property
    def has_cap(self) -> bool:
        """Say whether the key has a daily cap."""
        ...


def is_preapproved(auth: Preapproving | None) -> bool:
    """Say whether money may move without a confirmation: by a key with networks and a cap.

    ``auth`` is ``request.auth``: the key, or ``None`` for tokens and pages. The cap itself is
    guarded where money moves (``api_keys.spend``).
    """
    return auth is not None and auth.has_networks and auth.has_cap


def require(
    *,
    user: User,
    command: str,
    facts: Mapping[str, str],
    confirmation_id: UUID | None,
    key: str,
    actor: Actor,
) -> None:
    """Go on only with a confirmation of exactly this operation, good for this key alone.

    Atomic: opens its own transactions and refuses to run inside another, because the challenge must
        outlive the refusal. Call it before the transaction that moves money.
    Repeat: the same key passes again until the confirmation expires; another key never.
    Writes: Confirmation; audit event of the use, or of a confirmation that does not fit.
    Raises: StepUpRequired, SecondFactorNeeded.
    """
    if not second_factor.has_second_factor(user):
        raise SecondFactorNeeded
    digest = digest_of(user.pk, command, facts)
    with transaction.atomic(durable=True):
        if confirmation_id is not None:
            problem = _use(confirmation_id, user, digest, key, actor)
            if problem is None:
                return
            _record("confirmation.refused", confirmation_id, actor, command=command, why=problem)
        challenge = _challenge(user, command, facts, digest)
    raise StepUpRequired(
        challenge_id=challenge.pk,
        expires_at=challenge.expires_at,
        command=command,
        facts=challenge.facts,
    )


def confirm(*, user: User, challenge_id: UUID, proof: Proof, actor: Actor) -> Confirmation:
    """Confirm one's own challenge with the second factor: a code, or a passkey that signed it.

    Atomic: the check of a code is a transaction of its own, so that wrong ones are counted.
    Writes: Confirmation, audit event, of what was refused too.
    Raises: NotYours, ConfirmationEnded, what ``second_factor.check_code`` refuses, PasskeyRefused.
    """
    challenge = Confirmation.objects.filter(pk=challenge_id, user=user).first()
    if challenge is None:
        raise NotYours
    if not _open(user).filter(pk=challenge_id).exists():
        raise ConfirmationEnded
    method = _checked(user, proof, challenge, actor)
    with transaction.atomic():
        changed = _open(user).filter(pk=challenge_id)
        if not changed.update(confirmed_at=ClockTimestamp(), method=method):
            raise ConfirmationEnded
        _record("confirmation.given", challenge_id, actor, command=challenge.command, by=method)
    challenge.refresh_from_db()
    return challenge


def digest_of(user_id: UUID, command: str, facts: Mapping[str, str]) -> bytes:
    """Give the hash that binds a confirmation to who, what and every fact.

    Raises: TypeError for a fact that is no text: what is shown must be what is compared.
    """
    for name, value in facts.items():
        if not isinstance(value, str):
            raise TypeError(f"the fact {name} is no text")
    said = [str(user_id), command, dict(facts)]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).digest()


def passkey_challenge(asked: Confirmation) -> bytes:
    """Give what a passkey signs to confirm: a keyed hash of the question and all that it is about.

    So what was signed for one operation fits no other, and is good as long and as often as the
    confirmation itself: five minutes, once.
    """
    bound = f"{asked.pk} {bytes(asked.digest).hex()}"
    return salted_hmac("coinhub.users.passkey", bound, algorithm="sha256").digest()


def _checked(user: User, proof: Proof, challenge: Confirmation, actor: Actor) -> str:
    """Name the factor that was proved; what is refused is written down."""
    try:
        if proof.credential is None:
            return second_factor.check_code(user, proof.code, proof.place)
        passkeys.require_signed(user, passkey_challenge(challenge), proof.credential, proof.host)
    except (second_factor.CodeRefused, passkeys.PasskeyRefused) as refusal:
        why = "wrong code" if refusal.code == "CODE_REFUSED" else "wrong passkey"
        with transaction.atomic():
            told = {"command": challenge.command, "why": why}
            _record("confirmation.refused", challenge.pk, actor, **told)
        raise
    return passkeys.PASSKEY


def _use(confirmation_id: UUID, user: User, digest: bytes, key: str, actor: Actor) -> str | None:
    """Bind a confirmation to its one key; give what is wrong with it, ``None`` when it is good."""
    named = Confirmation.objects.filter(pk=confirmation_id)
    found = named.first()
    if found is None or found.user_id != user.pk:
        return "not this person's"
    if bytes(found.digest) != digest:
        return "another operation"
    good = named.filter(confirmed_at__isnull=False, expires_at__gt=ClockTimestamp())
    if good.filter(used_key__isnull=True).update(used_key=key):
        _record("confirmation.used", confirmation_id, actor, command=found.command, key=key)
        return None
    if good.filter(used_key=key).exists():
        return None
    if found.confirmed_at is None:
        return "not confirmed"
    return "expired" if not good.exists() else "used for another request"


def _challenge(user: User, command: str, facts: Mapping[str, str], digest: bytes) -> Confirmation:
    """Give the open challenge of this operation, or a new one; what ended long ago is deleted."""
    Confirmation.objects.filter(
        user=user, confirmed_at__isnull=True, expires_at__lt=ClockTimestamp() - KEPT
    ).delete()
    same: Confirmation | None = (
        _open(user).filter(digest=digest).order_by("-created_at", "pk").first()
    )
    if same is not None:
        return same
    made = Confirmation.objects.create(
        user=user,
        command=command,
        facts=dict(facts),
        digest=digest,
        expires_at=ClockTimestamp() + LIFE,
    )
    made.refresh_from_db()
    return made


def _open(user: User) -> Any:
    return Confirmation.objects.filter(
        user=user, confirmed_at__isnull=True, expires_at__gt=ClockTimestamp()
    )


def _record(action: str, confirmation_id: UUID, actor: Actor, **told: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="confirmation",
        object_id=str(confirmation_id),
        after=told,
    )
