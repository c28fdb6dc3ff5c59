"""The web application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coinhub.settings")
application = get_wsgi_application()

from coinhub.core import health  # noqa: E402 - needs the settings

health.require_ready()
health.give_notice()
