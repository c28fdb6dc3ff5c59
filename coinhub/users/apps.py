"""The app of people."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """People who sign in, customers without sign-in, and their roles."""

    name = "coinhub.users"
    label = "users"
