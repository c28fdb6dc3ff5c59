"""Forms of the account: in place of allauth's where ours have to hold more."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse

from coinhub.users.models import User
from coinhub.users.selectors.people import has_account
from coinhub.users.web.proof import CodeField, ProofMixin, take_code
from coinhub.users.web.staying import stay


class SignupForm(account_forms.SignupForm):  # type: ignore[misc]
    """Makes an account, or seems to: an e-mail that has one gets a mail instead."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Hash the password in both cases: it is what takes the time."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved

    def validate_unique_email(self, value: str) -> str:
        """Find the account that has the e-mail; one that is only written down has no account.

        Else whoever types a stranger's e-mail as their next one keeps the stranger out.
        """
        email = str(super().validate_unique_email(value))
        self.account_already_exists = has_account(email)
        return email


class ResetPasswordForm(account_forms.ResetPasswordForm):  # type: ignore[misc]
    """Mails a way in to the e-mail that an account has, and to no other.

    Not to one that is to take its place and was not confirmed yet: after a slip there, the
    stranger who reads those mails would get the account.
    """

    users: list[User]

    def clean_email(self) -> str:
        """Find whose e-mail it is."""
        email = str(super().clean_email())
        self.users = [user for user in self.users if user.email == email.strip().lower()]
        return email


class CodeForm(forms.Form):
    """The code that is asked for at sign-in and when somebody has to prove themselves again."""

    code = CodeField()
    again = False

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        """Use up the code."""
        self.method = take_code(context.request, self.user, self.cleaned_data["code"])
        return str(self.cleaned_data["code"])

    def save(self) -> None:
        """Note in the session that a second factor was used."""
        more = {"reauthenticated": True} if self.again else {}
        record_authentication(context.request, self.user, "mfa", type=self.method, **more)


class AgainForm(CodeForm):
    """The code of somebody who is signed in already; the session gets a new id."""

    again = True

    def save(self) -> None:
        """Note it in the session, which goes on under another id."""
        super().save()
        stay(context.request, self.user)


class ChangePasswordForm(ProofMixin, account_forms.ChangePasswordForm):  # type: ignore[misc]
    """The old password, a new one, and the second factor of who has one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_proof()

    def clean_oldpassword(self) -> str:
        """Check the old password within the limit of sign-ins."""
        old = str(self.cleaned_data.get("oldpassword", ""))
        if not get_adapter().reauthenticate(self.user, old):
            raise get_adapter().validation_error("enter_current_password")
        return old

    def clean(self) -> dict[str, Any]:
        """Use up the proof last."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.take_proof()
        return cleaned


class ChangeEmailForm(ProofMixin, account_forms.AddEmailForm):  # type: ignore[misc]
    """Another e-mail; it takes the place of the one before when it is confirmed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "New e-mail"
        self.add_proof()

    def clean(self) -> dict[str, Any]:
        """Use up the proof last."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.take_proof()
        return cleaned


class ProofForm(ProofMixin):
    """Nothing but the proof, for what needs no further words."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.add_proof()

    def clean(self) -> dict[str, Any]:
        """Use up the proof."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.take_proof()
        return cleaned


class EnrolForm(ProofMixin):
    """The first code of an app that is being set up, and the password of who sets it up."""

    app_code = forms.CharField(
        label="Code that the app shows",
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.add_proof()

    def clean(self) -> dict[str, Any]:
        """Use up the proof last."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.take_proof()
        return cleaned


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    """What others see of a person."""

    class Meta:
        model = User
        fields = ("name",)
        labels = {"name": "Name"}  # noqa: RUF012
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}  # noqa: RUF012
