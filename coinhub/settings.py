"""Settings, read once at start from the environment; docs/settings.md lists every one.

A missing or bad value stops the start with its name.
"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from coinhub.account_settings import *  # noqa: F403
from coinhub.core.variables import choice, env, keys, number, switch

BASE_DIR = Path(__file__).resolve().parent.parent


def database(name: str) -> dict[str, Any]:
    """Read a database address and add how CoinHub connects."""
    config: dict[str, Any] = env.db(name)
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must be a postgres:// address")
    config["ENGINE"] = "coinhub.core.postgres"
    config["CONN_MAX_AGE"] = number("COINHUB_CONN_MAX_AGE", default=3600)
    config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = {
        **config.get("OPTIONS", {}),
        "connect_timeout": 3,
        "application_name": env.str("COINHUB_PROCESS", default="coinhub"),
    }
    return config


# --- the installation -----------------------------------------------------------------------------
ENVIRONMENT = choice("COINHUB_ENVIRONMENT", "production", {"production", "development"})
PRODUCTION = ENVIRONMENT == "production"
SANDBOX: bool = switch("COINHUB_SANDBOX", default=False)
DEBUG: bool = switch("COINHUB_DEBUG", default=False)
RATE_LIMITS: bool = switch("COINHUB_RATE_LIMITS", default=True)
SECRET_KEY: str = env.str("SECRET_KEY")
BASE_URL: str = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
STATE_DIR = Path(env.str("COINHUB_STATE_DIR", default=str(BASE_DIR / "var")))
FIELD_KEYS: dict[str, bytes] = keys("COINHUB_FIELD_KEYS")
RECONCILIATION_KEY: str = env.str("COINHUB_RECONCILIATION_KEY", default="")
CHECK_TIMEOUT_S: int = number("COINHUB_CHECK_TIMEOUT_S", default=600)
GATE_EVERY_S: int = number("COINHUB_GATE_EVERY_S", default=10)
ALERT_EMAILS: list[str] = env.list("COINHUB_ALERT_EMAILS", default=[])
ADDRESS_HEADER: str = env.str("COINHUB_ADDRESS_HEADER", default="")
PRICE_SOURCE: str = env.str("COINHUB_PRICE_SOURCE", default="")
PRICE_MAX_AGE_S: int = number("COINHUB_PRICE_MAX_AGE_S", default=300)
TRANSFER_STEP_UP_USD: int = number("COINHUB_TRANSFER_STEP_UP_USD", default=100)
COOLDOWN_FAILURES: int = number("COINHUB_COOLDOWN_FAILURES", default=3)
COOLDOWN_WITHIN_S: int = number("COINHUB_COOLDOWN_WITHIN_S", default=900)
COOLDOWN_PAUSE_S: int = number("COINHUB_COOLDOWN_PAUSE_S", default=300)
ADDRESS_COOLING_H: int = number("COINHUB_ADDRESS_COOLING_H", default=24)
CREDENTIAL_COOLING_H: int = number("COINHUB_CREDENTIAL_COOLING_H", default=24)
STAFF_FACTOR = choice("COINHUB_STAFF_FACTOR", ("any", "passkey")[PRODUCTION], {"any", "passkey"})
WITHDRAW_AUTO_USD: int = number("COINHUB_WITHDRAW_AUTO_USD", default=1000)
RAILS: list[str] = env.list("COINHUB_RAILS", default=[])
RAIL_SECRET: str = env.str("COINHUB_RAIL_SECRET", default="")


def require_production_is_safe() -> None:
    """Refuse to start a production installation with a door for tests open."""
    doors = {
        "COINHUB_SANDBOX": SANDBOX,
        "COINHUB_DEBUG": DEBUG,
        "COINHUB_RATE_LIMITS": not RATE_LIMITS,
        "SECRET_KEY": len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or "insecure" in SECRET_KEY,
        "COINHUB_FIELD_KEYS": any(len(set(key)) < 8 for key in FIELD_KEYS.values()),
        "COINHUB_RECONCILIATION_KEY": len(RECONCILIATION_KEY) < 20,
        "ALLOWED_HOSTS": "*" in ALLOWED_HOSTS,
        "BASE_URL": not BASE_URL.startswith("https://"),
        "COINHUB_RAILS": any(".sandbox." in name for name in RAILS),  # pays nobody, and says it has
        "COINHUB_PRICE_SOURCE": ".sandbox." in PRICE_SOURCE,
    }
    open_doors = [name for name, is_open in doors.items() if is_open]
    if open_doors:
        raise ImproperlyConfigured(
            f"not safe for production (COINHUB_ENVIRONMENT=production): {', '.join(open_doors)};"
            " see docs/settings.md"
        )


if PRODUCTION:
    require_production_is_safe()

# --- what it stands on ----------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {"default": database("DATABASE_URL")}
# Every statement of the application is prepared by the server at once; migrations, which run files
# of many statements, cannot be.
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 0}
if "DATABASE_OWNER_URL" in env.ENVIRON:  # migrate, bootstrap, replay and advance_ids get it
    DATABASES["owner"] = database("DATABASE_OWNER_URL")
    DATABASES["owner"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["TEST"] = {"MIRROR": "owner"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

VALKEY_URL: str = env.str("VALKEY_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    # Sign-in and sessions must survive the loss of Valkey, so the default cache is the database.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "coinhub_cache",
    },
}
if VALKEY_URL:
    CACHES["fast"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": VALKEY_URL + ("&db=1" if "?" in VALKEY_URL else "?db=1"),
    }

INSTALLED_APPS = [
    "coinhub",
    "coinhub.users",
    "coinhub.events",
    "coinhub.approvals",
    "coinhub.people",
    "coinhub.api",
    "kyc",
    "wallets",
    "integrity",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "coinhub.core.requests.TimingMiddleware",
    "coinhub.core.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coinhub.core.requests.PolicyMiddleware",
    "coinhub.core.requests.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coinhub.users.web.session_guard.SessionGuard",
    "django_htmx.middleware.HtmxMiddleware",
    "coinhub.api.gate.ServingGate",
]

ROOT_URLCONF = "coinhub.urls"
WSGI_APPLICATION = "coinhub.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coinhub.core.requests.installation",
                "wallets.web.banner.paused",
            ],
        },
    },
]

# --- people; what no installation sets is in coinhub/account_settings.py --------------------------
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://127.0.0.1
# Passwords are counted by coinhub.users.services.sign_in_limit; the rest as allauth has it.
ACCOUNT_RATE_LIMITS: dict[str, None] | bool = {"login": None} if RATE_LIMITS else False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "coinhub.core.requests.csrf_failure"

# --- transport ------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"
    if switch("COINHUB_BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "manifest-src": ["'self'"],
        "report-uri": ["/policy-reports"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = ["coinhub.core.uploads.OneFile"]

# --- pages ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
FORMAT_MODULE_PATH = "coinhub.formats"
STATIC_URL = "/static/"
STATIC_ROOT = env.str("COINHUB_STATIC_ROOT", default=str(STATE_DIR / "static"))
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- programs -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["coinhub.api.auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["coinhub.api.json.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["coinhub.api.json.MoneyJSONRenderer"],
    "EXCEPTION_HANDLER": "coinhub.api.errors.problem",
    "DEFAULT_SCHEMA_CLASS": "coinhub.api.schema.Schema",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CoinHub",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["coinhub.api.schema.only_versioned"],
    "ENUM_NAME_OVERRIDES": {
        "BalanceType": "wallets.models.BalanceType",
        "TransactionStatus": "wallets.models.Transaction.Status",
        "DocumentKind": "kyc.models.document.Kind",
        "WaitingBalanceType": ["held", "locked"],
        "WalletStatus": "wallets.models.Wallet.Status",
        "HealthyStatus": ["healthy"],
        "FailureStatus": ["INTEGRITY_FAILURE"],
    },
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "tryItOutEnabled": False},
}

# --- work in the background -----------------------------------------------------------------------
CELERY_BROKER_URL = (
    VALKEY_URL.replace("unix://", "redis+socket://") + "?virtual_host=0"
    if VALKEY_URL.startswith("unix://")
    else VALKEY_URL
)
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
if SANDBOX and "EMAIL_URL" not in env.ENVIRON:
    # Nobody's mail server, and yet a stranger can confirm an e-mail: /sandbox/mail/ shows them.
    EMAIL_CONFIG = {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(STATE_DIR / "mail"),
    }
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="CoinHub <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOGGING_CONFIG = None  # structlog writes one JSON line an event
