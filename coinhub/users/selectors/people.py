"""Reads about people that other apps need."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import F

from coinhub.users.models import User


def credentials_changed_at(user_id: UUID) -> datetime | None:
    """Say when password, e-mail or second factor last changed, by the database's clock."""
    changed: datetime | None = User.objects.values_list("credentials_changed_at", flat=True).get(
        pk=user_id
    )
    return changed


def has_account(email: str) -> bool:
    """Say whether somebody signs in with this e-mail, or is about to for the first time."""
    return User.objects.filter(email=email.strip().lower()).exists()


def has_confirmed_email(user: User) -> bool:
    """Say whether somebody has shown that the person's e-mail reaches them."""
    own = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return bool(own.filter(email=F("user__email")).exists())
