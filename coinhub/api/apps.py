"""The app of the API's shared parts."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Wiring of Django REST framework; no tables."""

    name = "coinhub.api"
    label = "api"
