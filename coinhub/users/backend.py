"""Checking a password."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from coinhub.users.models import User


class OneCheckBackend(AuthenticationBackend):  # type: ignore[misc]
    """Finds one person by e-mail and checks one password: a try is one hash, neither more nor less.

    Where nobody has the e-mail, the base class hashes as well, so that the time tells nothing.
    """

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        found = User.objects.filter(email=email.strip().lower()).first()
        user: AbstractBaseUser | None = self._check_password(found, password)
        return user
