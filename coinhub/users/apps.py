"""The app of people."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """People who sign in, customers without sign-in, and their roles."""

    name = "coinhub.users"
    label = "users"

    def ready(self) -> None:
        """Listen to sign-ins, sign-outs, and passkeys that come and go."""
        from allauth.mfa.signals import (
            authenticator_added,
            authenticator_removed,
            authenticator_used,
        )
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from coinhub.users.web import listeners, session_guard

        user_logged_in.connect(session_guard.begin, dispatch_uid="users_session_begin")
        user_logged_out.connect(listeners.on_sign_out, dispatch_uid="users_sign_out")
        authenticator_added.connect(listeners.on_passkey_added, dispatch_uid="users_added")
        authenticator_removed.connect(listeners.on_passkey_removed, dispatch_uid="users_removed")
        authenticator_used.connect(listeners.on_factor_used, dispatch_uid="users_used")
