"""Settings of the clients that run django-hordak, on a database of its own."""

import environ

env = environ.Env()
SECRET_KEY = "only-measures"  # noqa: S105  # signs nothing
DATABASES = {"default": {**env.db("DATABASE_URL"), "CONN_MAX_AGE": None}}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "djmoney",
    "mptt",
    "hordak",
]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
DEFAULT_CURRENCY = "GBP"
HORDAK_INTERNAL_CURRENCY = "GBP"
CURRENCIES = ["GBP"]
HORDAK_CURRENCIES = ["GBP"]
LOGGING_CONFIG = None
