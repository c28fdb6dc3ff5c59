"""The project as an app: static files, and what has to happen once the others are loaded."""

from django.apps import AppConfig, apps


class CoinhubConfig(AppConfig):
    """Loads logging and Celery; sets the application's rights again after a migration."""

    name = "coinhub"

    def ready(self) -> None:
        """Set up logging, load the Celery app, connect the rights to migrations."""
        from django.db.models.signals import post_migrate

        from coinhub import celery
        from coinhub.core import logs, rights

        logs.configure()
        celery.app.set_default()
        # Sent once for each app with tables, after all migrations: one of them is enough.
        people = apps.get_app_config("users")
        post_migrate.connect(rights.apply_after_migration, sender=people)
