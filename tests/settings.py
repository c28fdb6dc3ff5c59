"""Settings for tests: the project's own, with what only tests may have."""

import os

os.environ.setdefault("COINHUB_ENVIRONMENT", "development")
os.environ.setdefault("COINHUB_SANDBOX", "true")
os.environ.setdefault("COINHUB_RATE_LIMITS", "false")

from coinhub.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests sign in often
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
EVEN_ANSWER_S = 0.0
GATE_EVERY_S = 0  # looked at only after an answer of 503: a look is a query more
TRANSFER_STEP_UP_USD = 10**9  # a second factor is asked for where a test is about that
