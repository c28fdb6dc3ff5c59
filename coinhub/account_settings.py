"""Settings of people and sign-in that are the same in every installation."""

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["coinhub.users.backend.OneCheckBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "coinhub.users.passwords.CommonWordValidator"},
    {"NAME": "coinhub.users.passwords.ProductWordsValidator"},
    {"NAME": "coinhub.users.passwords.StaffLengthValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "coinhub.users.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True  # one e-mail a person; another takes its place when it is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the others end by themselves
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "coinhub.users.factor_adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]  # recovery codes are our own, as hashes
ACCOUNT_FORMS = {
    "signup": "coinhub.users.web.forms.SignupForm",
    "reset_password": "coinhub.users.web.forms.ResetPasswordForm",
    "change_password": "coinhub.users.web.forms.ChangePasswordForm",
}
MFA_FORMS = {
    "authenticate": "coinhub.users.web.forms.CodeForm",
    "reauthenticate": "coinhub.users.web.forms.AgainForm",
    "authenticate_webauthn": "coinhub.users.web.passkey_forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "coinhub.users.web.passkey_forms.AgainPasskeyForm",
    "add_webauthn": "coinhub.users.web.passkey_forms.AddPasskeyForm",
}
MFA_TOTP_ISSUER = "CoinHub"
MFA_TOTP_TOLERANCE = 1  # clocks of phones; what was used stays used all the same
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
EVEN_ANSWER_S = 0.7  # sign-up and reset take a whole number of these
EMAIL_TIMEOUT = 10  # seconds; a request waits for the mail server
