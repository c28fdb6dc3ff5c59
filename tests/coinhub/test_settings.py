"""Settings: a missing or bad one stops the start with its name; production has no test door."""

import base64
import os
import secrets
import subprocess
import sys

import pytest

from tests.house.source import ROOT

SAFE = {
    "COINHUB_ENVIRONMENT": "production",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "COINHUB_FIELD_KEYS": f"1:{base64.b64encode(bytes(range(32))).decode()}",
    "COINHUB_RECONCILIATION_KEY": secrets.token_urlsafe(32),
    "BASE_URL": "https://pay.example.com",
    "ALLOWED_HOSTS": "pay.example.com",
    "VALKEY_URL": "unix:///run/valkey.sock",
    "EMAIL_URL": "smtp://mail.example.com:25",
}


def start(*command: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Run a manage command as an installation with these settings would."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {**inherited, "DATABASE_URL": os.environ["DATABASE_URL"], **SAFE, **changed}
    return subprocess.run(
        [sys.executable, "manage.py", *(command or ("check",))],
        cwd=ROOT,
        env={name: value for name, value in given.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class TestProduction:
    def test_starts_with_safe_settings_and_passes_the_deployment_check(self, django_db_setup):
        done = start("check", "--deploy", "--fail-level", "WARNING")
        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout

    def test_has_cookies_of_this_host_alone(self, django_db_setup):
        shown = (
            "from django.conf import settings as s; print([(getattr(s, f'{c}_COOKIE_NAME'),"
            " getattr(s, f'{c}_COOKIE_SECURE'), getattr(s, f'{c}_COOKIE_HTTPONLY'),"
            " getattr(s, f'{c}_COOKIE_SAMESITE'), getattr(s, f'{c}_COOKIE_PATH'),"
            " getattr(s, f'{c}_COOKIE_DOMAIN')) for c in ('SESSION', 'CSRF')])"
        )
        done = start("shell", "--no-imports", "-c", shown)
        same = (True, True, "Lax", "/", None)
        assert done.stdout.strip() == repr([("__Host-session", *same), ("__Host-csrf", *same)])

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("COINHUB_SANDBOX", "true"),
            ("COINHUB_DEBUG", "true"),
            ("COINHUB_RATE_LIMITS", "false"),
            ("COINHUB_RAILS", "bank.Rail,wallets.rails.sandbox.SandboxRail"),
            ("COINHUB_PRICE_SOURCE", "wallets.providers.sandbox.SandboxPrices"),
            ("SECRET_KEY", "short"),
            ("SECRET_KEY", "a" * 64),
            ("SECRET_KEY", "django-insecure-" + "0123456789abcdef" * 4),
            ("COINHUB_FIELD_KEYS", f"1:{base64.b64encode(bytes(32)).decode()}"),
            ("COINHUB_RECONCILIATION_KEY", ""),
            ("COINHUB_RECONCILIATION_KEY", None),
            ("COINHUB_RECONCILIATION_KEY", "short"),
            ("ALLOWED_HOSTS", "*"),
            ("ALLOWED_HOSTS", "pay.example.com,*"),
            ("BASE_URL", "http://pay.example.com"),
        ],
    )
    def test_does_not_start_with_a_door_open_and_names_it(self, name, value):
        done = start(**{name: value})
        assert done.returncode != 0
        assert "not safe for production" in done.stderr
        assert name in done.stderr.splitlines()[-1]
        if value and len(value) > 5:
            assert value not in done.stderr.splitlines()[-1], "a secret is not repeated"

    def test_is_what_an_installation_is_unless_it_says_otherwise(self):
        done = start(COINHUB_ENVIRONMENT=None, COINHUB_SANDBOX="true")
        assert "not safe for production" in done.stderr

    def test_names_every_open_door_at_once(self):
        done = start(COINHUB_SANDBOX="true", COINHUB_DEBUG="true", ALLOWED_HOSTS="*")
        said = done.stderr.splitlines()[-1]
        assert all(n in said for n in ("COINHUB_SANDBOX", "COINHUB_DEBUG", "ALLOWED_HOSTS"))


class TestAnyInstallation:
    @pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "COINHUB_FIELD_KEYS"])
    def test_does_not_start_without_what_has_no_default_and_names_it(self, name):
        done = start(**{name: None})
        assert done.returncode != 0
        assert name in done.stderr.splitlines()[-1]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("COINHUB_ENVIRONMENT", "staging"),
            ("DATABASE_URL", "sqlite:///x.db"),
            ("DATABASE_URL", "mysql://u:p@localhost/x"),
            ("COINHUB_FIELD_KEYS", ""),
            ("COINHUB_FIELD_KEYS", "1:c2hvcnQ="),
            ("COINHUB_FIELD_KEYS", base64.b64encode(bytes(range(32))).decode()),
            ("COINHUB_FIELD_KEYS", f"{SAFE['COINHUB_FIELD_KEYS']},{SAFE['COINHUB_FIELD_KEYS']}"),
        ],
    )
    def test_does_not_start_with_a_value_that_means_nothing_and_names_it(self, name, value):
        done = start(**{name: value})
        assert done.returncode != 0
        assert name in done.stderr.splitlines()[-1]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("COINHUB_SANDBOX", "perhaps"), ("COINHUB_CONN_MAX_AGE", "long"), ("COINHUB_DEBUG", "2")],
    )
    def test_does_not_guess_what_a_switch_or_a_number_means(self, name, value):
        done = start(**{name: value})
        assert done.returncode != 0
        assert name in done.stderr.splitlines()[-1]

    def test_of_a_developer_may_open_the_doors(self):
        done = start(
            COINHUB_ENVIRONMENT="development", COINHUB_SANDBOX="true", COINHUB_RATE_LIMITS="false"
        )
        assert done.returncode == 0, done.stderr
