"""Signing in by program with a passkey, after the password: a challenge of its own, good once."""

from django.db import transaction
from django.db.models import QuerySet

from coinhub.core.db import ClockTimestamp
from coinhub.users.models import Confirmation, User
from coinhub.users.models.confirmation import SIGN_IN
from coinhub.users.services import confirmations, passkeys
from coinhub.users.services.confirmations import LIFE
from coinhub.users.services.passkeys import PasskeyRefused
from coinhub.users.services.proofs import Proof


def ask(*, user: User) -> Confirmation:
    """Give what a passkey has to sign for a sign-in; the one that is open, or a new one.

    Atomic: opens its own transaction.
    Writes: Confirmation.
    """
    with transaction.atomic():
        found: Confirmation | None = _open(user).order_by("-created_at", "pk").first()
        if found is not None:
            return found
        _ended(user).delete()
        return Confirmation.objects.create(
            user=user,
            command=SIGN_IN,
            facts={},
            digest=confirmations.digest_of(user.pk, SIGN_IN, {}),
            expires_at=ClockTimestamp() + LIFE,
        )


def take(*, user: User, proof: Proof) -> str:
    """Use up what a passkey has signed for a sign-in, and name the factor.

    Atomic: one statement uses it up, so two at once are one success.
    Repeat: refused.
    Writes: Confirmation.
    Raises: PasskeyRefused.
    """
    asked: Confirmation | None = _open(user).order_by("-created_at", "pk").first()
    if asked is None:
        raise PasskeyRefused
    signed = confirmations.passkey_challenge(asked)
    passkeys.require_signed(user, signed, proof.credential, proof.host)
    used = {"confirmed_at": ClockTimestamp(), "method": passkeys.PASSKEY, "used_key": SIGN_IN}
    if not _open(user).filter(pk=asked.pk).update(**used):
        raise PasskeyRefused
    return passkeys.PASSKEY


def _open(user: User) -> QuerySet[Confirmation]:
    rows = Confirmation.objects.filter(user=user, command=SIGN_IN, confirmed_at__isnull=True)
    return rows.filter(expires_at__gt=ClockTimestamp())


def _ended(user: User) -> QuerySet[Confirmation]:
    return Confirmation.objects.filter(user=user, command=SIGN_IN, expires_at__lte=ClockTimestamp())
