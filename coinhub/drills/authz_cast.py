"""The people of the drill ``authz-matrix``, and what each of them owns."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from coinhub.core import vault
from coinhub.core.actor import Actor, system
from coinhub.core.money import Money
from coinhub.drills.door import Door, end_session, new_client, sign_in
from coinhub.users import secrets
from coinhub.users.models import AccessToken, User
from coinhub.users.services import api_keys, confirmations, second_factor, tokens
from coinhub.users.services.api_keys import Wish
from coinhub.users.services.proofs import Proof
from kyc.models import Case, Document, DocumentFile
from kyc.services import documents, take_over
from wallets.models import Destination, Freeze, Wallet
from wallets.services import (
    destinations,
    freezes,
    mandates,
    payments,
    transfers,
    wallets,
    withdrawal_plans,
    withdrawals,
)
from wallets.services.destinations import Place

STAFF = ("plain", "operations", "kyc", "auditor")
FUNDS, SENT = Money(Decimal("50000.00"), "GBP"), Money(Decimal("10.00"), "GBP")
IBAN = "GB82WEST12345698765432"
OVER_S = 13 * 3600.0  # no session lives so long
UNKNOWN = "00000000-0000-4000-8000-000000000000"
_numbers = itertools.count(1)


@dataclass
class Person:
    """A customer with one of everything, by the names that addresses have for it."""

    user: User
    wallet: Wallet
    objects: dict[str, str] = field(default_factory=dict)


@dataclass
class Cast:
    """Everybody, and a door for each kind of caller."""

    name: str
    owner: Person
    other: Person
    frozen: Person
    untouched: Person  # nobody gets at what is this one's
    friend: Person
    staff: dict[str, User]
    keys: dict[str, str]  # by the one scope that the key has

    def objects_for(self, caller: str) -> Mapping[str, str]:
        """Give whose objects a caller asks for: the frozen one's own, the owner's otherwise."""
        return (self.frozen if caller == "frozen" else self.owner).objects

    def door(self, caller: str, *, is_api: bool, scope: str | None) -> Door:
        """Give a fresh way in for a caller."""
        if caller == "key":
            return Door(bearer=self.keys["trade" if scope == "read" else "read"])
        if caller == "anonymous":
            return Door()
        return self._token(caller) if is_api else self._session(caller)

    def _user(self, caller: str) -> User:
        people = {"other": self.other.user, "frozen": self.frozen.user}
        return self.staff.get(caller) or people.get(caller, self.owner.user)

    def _token(self, caller: str) -> Door:
        user = self._user(caller)
        if caller == "expired":
            return Door(bearer=expired_token(user))
        pair = tokens.issue(user=user)
        if caller == "revoked":
            tokens.revoke(token=pair.access)
        return Door(bearer=pair.access)

    def _session(self, caller: str) -> Door:
        client = new_client()
        sign_in(client, self._user(caller), began_s_ago=OVER_S if caller == "expired" else 0.0)
        if caller == "revoked":
            end_session(client)
        return Door(client=client)


def assemble() -> Cast:
    """Make everybody; nobody of them is used by anybody else.

    Writes: User and what belongs to people, Wallet, Transaction, Destination, ApiKey, Document,
        Freeze.
    """
    name = f"authz-{uuid4().hex[:8]}"
    friend = customer(name, "friend")
    owner, other, frozen, untouched = (
        customer(name, role) for role in ("owner", "other", "frozen", "untouched")
    )
    for person in (owner, frozen, untouched):
        give_everything(person, friend)
    keys = {scope: api_key(owner.user, scope) for scope in ("read", "trade")}
    freezes.freeze(
        customer_id=frozen.user.pk,
        kind=Freeze.Kind.FULL,
        reason="a drill looks at what a frozen customer may do",
        actor=system(name),
    )
    staff = {role: member(name, role) for role in STAFF}
    return Cast(name, owner, other, frozen, untouched, friend, staff, keys)


def customer(name: str, role: str) -> Person:
    """Make an approved customer with a second factor and money."""
    user = User.objects.create_user(f"{name}-{role}-{next(_numbers)}@example.com", name=role)
    with transaction.atomic():
        second_factor.enrol_totp(user)
    take_over.take_over(customer_ids=[user.pk])
    wallet = wallets.open_wallet(owner_id=user.pk, currency="GBP")
    payments.credit(payee=wallet, amount=FUNDS, actor=system(name))
    wallet.refresh_from_db()
    return Person(user, wallet)


def give_everything(person: Person, friend: Person) -> None:
    """Let a customer own one of everything that has an address."""
    user = person.user
    sent = transfers.transfer(
        payer=person.wallet, payee=friend.wallet, amount=SENT, actor=as_customer(user)
    )
    got = transfers.transfer(
        payer=friend.wallet, payee=person.wallet, amount=SENT, actor=as_customer(friend.user)
    )
    destination, another = entry(user), entry(user, "GB33BUKB20201555555555")
    new = User.objects.create_user(f"{uuid4().hex}@example.com", name="new")
    waiting = transfers.transfer(
        payer=person.wallet,
        payee=wallets.open_wallet(owner_id=new.pk, currency="GBP"),
        amount=SENT,
        actor=as_customer(user),
    )
    key, _ = api_keys.create(
        user=user, wish=Wish(label="report"), confirmation_id=None, actor=as_customer(user)
    )
    person.objects = {
        "wallet_id": str(person.wallet.public_id),
        "transaction_id": str(got.transaction.public_id),
        "sent": str(sent.transaction.public_id),
        "waiting": str(waiting.transaction.public_id),
        "withdrawal": withdrawal(user, destination),
        "destination_id": str(destination.public_id),
        "another_destination": str(another.public_id),
        "key_id": str(key.public_id),
        "challenge_id": challenge(user),
        "user_id": str(user.pk),
        "person_id": str(user.pk),
        "document_id": document(user),
    }


def entry(user: User, iban: str = IBAN) -> Destination:
    """Give an entry of a customer's address book that does not cool."""
    place = Place(f"Bank {iban[-4:]}", "GBP", "iban", iban, is_own=True)
    with transaction.atomic():
        return destinations.write(user, place, actor=system(), cooling=timedelta(0))


def withdrawal(user: User, destination: Destination) -> str:
    """Give a withdrawal of a customer that waits for staff, as the first one does."""
    wish = withdrawal_plans.Wish(SENT, destination.public_id)
    mandate = mandates.NONE
    for _ in range(2):
        try:
            booked = withdrawals.withdraw(
                customer_id=user.pk, wish=wish, mandate=mandate, actor=as_customer(user)
            )
        except confirmations.StepUpRequired as refusal:
            mandate = mandates.Mandate(confirmed(user, refusal))
        else:
            return str(booked.transaction.public_id)
    raise AssertionError("a confirmed withdrawal is granted")


def confirmed(user: User, needed: confirmations.StepUpRequired) -> UUID:
    """Confirm what asks for it, with a recovery code."""
    challenge_id: UUID = needed.members["challenge_id"]
    with transaction.atomic():
        (code, *_) = second_factor.new_recovery_codes(user)
    actor = as_customer(user)
    confirmations.confirm(user=user, challenge_id=challenge_id, proof=Proof(code), actor=actor)
    return challenge_id


def document(user: User) -> str:
    """Give a picture of a customer's, sealed as every one of them."""
    row = Document.objects.create(
        case=Case.objects.get(customer_id=user.pk),
        kind=Document.Kind.SELFIE,
        upload_type="png",
        upload_hash=vault.lookup(str(user.pk), purpose=documents.UPLOAD),
        size=1,
        width=1,
        height=1,
    )
    key, sealed = vault.seal_file(b"a picture", purpose=documents.purpose_of(row))
    DocumentFile.objects.create(document=row, sealed_key=key, sealed=sealed)
    return str(row.pk)


def challenge(user: User) -> str:
    """Give an operation of a customer that waits for the second factor."""
    try:
        api_keys.create(
            user=user,
            wish=Wish(label="payer", scopes=("transfer",)),
            confirmation_id=None,
            actor=as_customer(user),
        )
    except confirmations.StepUpRequired as refusal:
        return str(refusal.members["challenge_id"])
    raise AssertionError("a key that pays asks for a second factor")


def api_key(user: User, scope: str) -> str:
    """Make an API key with one scope, confirmed with a recovery code where it may move money."""
    wish = Wish(label=f"only {scope}", scopes=(scope,))
    actor = as_customer(user)
    named: UUID | None = None
    for _ in range(2):
        try:
            return api_keys.create(user=user, wish=wish, confirmation_id=named, actor=actor)[1]
        except confirmations.StepUpRequired as refusal:
            named = confirmed(user, refusal)
    raise AssertionError("a confirmed wish is granted")


def member(name: str, role: str) -> User:
    """Make a member of staff with one role, or with none for ``plain``."""
    user = User.objects.create_user(
        f"{name}-{role}-{next(_numbers)}@example.com", name=role, is_staff=True
    )
    with transaction.atomic():
        second_factor.enrol_totp(user)
    user.groups.set(Group.objects.filter(name=role))
    return user


def expired_token(user: User) -> str:
    """Give an access token whose time is over."""
    text = secrets.new_token(secrets.ACCESS_PREFIX)
    AccessToken.objects.create(
        user=user,
        digest=secrets.digest_of(text),
        family=uuid4(),
        stamp=secrets.stamp_of(user),
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    return text


def as_customer(user: User) -> Actor:
    """Act as a customer."""
    return Actor(kind="customer", user_id=user.pk, request_id="authz-matrix")


def row_of(pattern: str) -> str:
    """Give the key of a row of the model that an address of the back office is about."""
    parts = pattern.split("/")
    try:
        model: Any = apps.get_model(parts[1], parts[2])
    except (LookupError, IndexError):
        return "0"
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return "0" if newest is None else str(newest)
