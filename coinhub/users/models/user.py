"""People."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac


class UserManager(BaseUserManager["User"]):
    """Makes people; an e-mail is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person who signs in with an e-mail."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a superuser."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the person who signs in with this e-mail."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One person: a customer, a member of staff, or a customer taken over from another system.

    The primary key is random and opaque, so it is also the public id. A customer taken over has no
    e-mail and no password and cannot sign in; ``external_ref`` (label and account number) names it.
    ``credentials_changed_at`` is when password, e-mail or second factor last changed, by the
    database's clock: sessions and tokens from before are worth nothing, withdrawals wait after it.

    Personal data: ``email``, ``name``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail", unique=True, null=True, blank=True)
    name = models.CharField(max_length=150, blank=True)
    external_ref = models.CharField(max_length=120, unique=True, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    credentials_changed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=True) | Q(email=Lower(F("email"))),
                name="user_email_is_lower_case",
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(external_ref__isnull=False),
                name="user_has_a_name_to_find_it_by",
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.external_ref or str(self.pk)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to password, e-mail and second factor: a change of any ends them."""
        changed_at = self.credentials_changed_at
        proof = f"{self.password} {changed_at.isoformat() if changed_at else ''}"
        return salted_hmac(
            "coinhub.users.session", proof, secret=secret, algorithm="sha256"
        ).hexdigest()

    def get_full_name(self) -> str:
        """Give the name people see."""
        return self.name or str(self)
