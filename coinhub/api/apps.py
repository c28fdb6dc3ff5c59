"""The app of the API's shared parts."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Wiring of Django REST framework; no tables."""

    name = "coinhub.api"
    label = "api"

    def ready(self) -> None:
        """Let the answer to a sign-out clear what the browser keeps."""
        from django.contrib.auth.signals import user_logged_out

        from coinhub.core.requests import note_sign_out

        user_logged_out.connect(note_sign_out, dispatch_uid="api_sign_out")
