"""Settings of the server that is measured over HTTP: the project's, with one view that is empty."""

from coinhub.settings import *  # noqa: F403

ROOT_URLCONF = "coinhub.bench.http_urls"
