"""The app of integrity."""

from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    """Checks, repair and replay."""

    name = "integrity"
