"""The buttons on a person's page: what each is called, who sees it, and the one call it makes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from coinhub.core.actor import Actor
from coinhub.people import factor_resets, grants, invitations, locks
from coinhub.people.forms import NoForm, ReasonForm, RolesForm, prefixed
from coinhub.users.models import User
from coinhub.users.services import second_factor

Do = Callable[[User, dict[str, Any], Any, Actor], str]


PROVED = "approvals.propose_"  # what takes two people


@dataclass(frozen=True, slots=True)
class Deed:
    """One button with its form; ``do`` gives the words that are shown afterwards."""

    verb: str
    title: str
    words: str
    button: str
    permission: str
    form: type[forms.Form]
    do: Do
    fits: Callable[[User], bool]

    @property
    def asks_proof(self) -> bool:
        """Say whether its page asks for the second factor, which the use case requires."""
        return self.permission.startswith(PROVED)

    def is_open(self, person: User, reader: Any) -> bool:
        """Say whether a reader sees the button; nobody does on the own page."""
        is_other = person.pk != reader.pk
        return is_other and self.fits(person) and bool(reader.has_perm(self.permission))

    def form_for(self, person: User) -> forms.Form:
        """Give the form as it is before anything is filled in."""
        initial = {"roles": grants.roles_of(person)} if self.form is RolesForm else {}
        return prefixed(self.form, self.verb, initial=initial)


def _propose_roles(person: User, sent: dict[str, Any], maker: Any, actor: Actor) -> str:
    grants.propose_roles(person=person, maker=maker, actor=actor, **sent)
    return "Proposed. A second person has to approve it within 24 hours."


def _lock(person: User, sent: dict[str, Any], maker: Any, actor: Actor) -> str:
    locks.lock(person=person, maker=maker, actor=actor, **sent)
    return f"{person} is locked out; sessions, tokens and API keys have ended."


def _propose_unlock(person: User, sent: dict[str, Any], maker: Any, actor: Actor) -> str:
    locks.propose_unlock(person=person, maker=maker, actor=actor, **sent)
    return "Proposed. A second person has to approve it within 24 hours."


def _propose_reset(person: User, sent: dict[str, Any], maker: Any, actor: Actor) -> str:
    factor_resets.propose(person=person, maker=maker, actor=actor, **sent)
    return "Proposed. A second person has to approve it within 24 hours."


def _invite_again(person: User, sent: dict[str, Any], maker: Any, actor: Actor) -> str:
    invitations.invite_again(person=person, maker=maker, actor=actor)
    return "The link is on its way."


DEEDS = (
    Deed(
        "roles", "Change the roles",
        "You propose, somebody else approves. The person then signs in anew.",
        "Propose the roles", grants.PROPOSE, RolesForm, _propose_roles,
        lambda person: person.is_active and bool(person.email),
    ),
    Deed(
        "invite-again", "Send the invitation again",
        "They have not chosen a password yet.",
        "Send the link again", grants.PROPOSE, NoForm, _invite_again,
        lambda person: person.is_active and bool(person.email) and not person.has_usable_password(),
    ),
    Deed(
        "lock", "Lock out",
        "At once: sessions, tokens and API keys end. Letting in again takes two people.",
        "Lock out now", locks.LOCK, ReasonForm, _lock,
        lambda person: person.is_active,
    ),
    Deed(
        "reset-factor", "Take a lost second factor away",
        "You propose, somebody else approves. Be sure that it is they who ask.",
        "Propose to take it away", factor_resets.PROPOSE, ReasonForm, _propose_reset,
        second_factor.has_second_factor,
    ),
    Deed(
        "unlock", "Let in again",
        "You propose, somebody else approves.",
        "Propose to let in again", locks.PROPOSE, ReasonForm, _propose_unlock,
        lambda person: not person.is_active,
    ),
)  # fmt: skip
