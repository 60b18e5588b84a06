"""Settings, all from environment variables; documented in docs/reference/settings.md."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

env = environ.Env()  # type: ignore[no-untyped-call]

DEBUG = env.bool("GONGJIAN_DEBUG", default=False)
DATA_DIR = Path(env.str("GONGJIAN_DATA", default="var")).resolve()
PACKAGE_DIR = Path(__file__).resolve().parent.parent


def _kept_key(name: str, file: str) -> str:
    """Take a key from the environment, else from a file made on first use beside the data."""
    if key := env.str(name, default=""):
        return key
    path = DATA_DIR / file
    if not path.exists():
        try:
            DATA_DIR.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="ascii")
        except OSError:  # a read-only folder: sessions last as long as this process
            return secrets.token_urlsafe(48)
    return path.read_text(encoding="ascii")


SECRET_KEY = _kept_key("GONGJIAN_SECRET_KEY", "secret-key")
ALLOWED_HOSTS = env.list("GONGJIAN_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("GONGJIAN_TRUSTED_ORIGINS", default=[])
DEMO = env.bool("GONGJIAN_DEMO", default=False)

INSTALLED_APPS = [
    "gongjian.apps.demo",
    "gongjian.apps.grid",
    "gongjian.apps.cockpit",
    "gongjian.apps.drafting",
    "gongjian.apps.loop",
    "gongjian.apps.targets",
    "gongjian.apps.campaigns",
    "gongjian.apps.papers",
    "gongjian.apps.notices",
    "gongjian.apps.accounts",
    "gongjian.apps.jobs",
    "gongjian.apps.ledger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "gongjian.lib.fetch_metadata.FetchMetadataMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gongjian.lib.problems.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gongjian.site.urls"
WSGI_APPLICATION = "gongjian.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "lib" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gongjian.site.context.site",
            ],
        },
    }
]

_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'gongjian.sqlite3'}"
if _URL.startswith(f"sqlite:///{DATA_DIR}"):
    with contextlib.suppress(OSError):  # a read-only place is told when the database is opened
        DATA_DIR.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": environ.Env.db_url_config(_URL)}  # type: ignore[no-untyped-call]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a writer waits at the start instead of failing in the middle.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c jit=off"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# Guessing is counted by account and by address; either one locks for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_LOCKOUT_CALLABLE = "gongjian.apps.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
TIME_ZONE = env.str("GONGJIAN_TIME_ZONE", default="Asia/Shanghai")
USE_I18N = True
USE_TZ = True
FIRST_DAY_OF_WEEK = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("gongjian", PACKAGE_DIR / "lib" / "static" / "gongjian")]
WHITENOISE_USE_FINDERS = env.bool("GONGJIAN_STATIC_FROM_SOURCE", default=True)
WHITENOISE_AUTOREFRESH = DEBUG

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-elem": [SELF],
        "style-src-attr": [UNSAFE_INLINE],  # chart libraries set sizes and colours on elements
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_TLS = env.bool("GONGJIAN_TLS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Limits on what comes in; a paper over a limit is refused with a sentence that names it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
PAPER_MAX_BYTES = env.int("GONGJIAN_PAPER_MAX_BYTES", default=20 * 1024 * 1024)
PAPER_MAX_UNPACKED_BYTES = env.int("GONGJIAN_PAPER_MAX_UNPACKED_BYTES", default=200 * 1024 * 1024)
FILES_DIR = DATA_DIR / "files"
FILE_MAX_BYTES = env.int("GONGJIAN_FILE_MAX_BYTES", default=50 * 1024 * 1024)
# A command that reads a file on its standard input and ends with 0 where it is clean.
SCAN_COMMAND = env.str("GONGJIAN_SCAN_COMMAND", default="")
# Personal fields are kept under this key: in the environment or in a file, never in a database.
VAULT_KEY = _kept_key("GONGJIAN_VAULT_KEY", "vault-key")

# Mail goes out where a server is named: smtp+tls://user:password@host:587
MAIL_IS_ON = bool(env.str("GONGJIAN_EMAIL_URL", default=""))
if MAIL_IS_ON:
    globals().update(env.email_url("GONGJIAN_EMAIL_URL"))
EMAIL_TIMEOUT = 10
MAIL_FROM = env.str("GONGJIAN_EMAIL_FROM", default="gongjian@localhost")
# How this site is called from outside, for links in mails and messages: https://gongjian.example
SITE_ADDRESS = env.str("GONGJIAN_SITE_ADDRESS", default="")
# Private networks that messages to other programs may reach, as 10.0.0.0/8; none unless named.
OUTGOING_ALLOW = env.list("GONGJIAN_OUTGOING_ALLOW", default=[])

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        # The outbox has a queue and a thread of its own: a receiver that hangs keeps nothing else up.
        "QUEUES": ["default", "outbox"],
    }
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("GONGJIAN_LOG_LEVEL", default="WARNING")},
}
