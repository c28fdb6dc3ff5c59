"""A confirmation allows exactly one operation."""

import uuid
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from coinhub.core.actor import Actor
from coinhub.core.db import ClockTimestamp
from coinhub.core.errors import NotYours
from coinhub.events.models import AuditEvent
from coinhub.users.models import Confirmation, User
from coinhub.users.selectors.confirmations import list_open
from coinhub.users.services import confirmations, second_factor
from coinhub.users.services.confirmations import (
    ConfirmationEnded,
    SecondFactorNeeded,
    StepUpRequired,
)
from coinhub.users.services.proofs import Proof
from tests.conftest import make_customer
from tests.passkeys import HOST, Passkey
from tests.sessions import as_owner

FACTS = {"amount": "12.50", "currency": "GBP", "to": "bob@example.com"}
COMMAND = "transfer.create"


@pytest.fixture
def dora(db: None) -> User:
    """A customer with a second factor."""
    user = make_customer("dora")
    with transaction.atomic():
        second_factor.enrol_totp(user)
    return user


def actor_of(user):
    return Actor(kind="customer", user_id=user.pk, request_id="test", address="192.0.2.1")


def ask(user, *, confirmation_id=None, key="key-0000000000001", command=COMMAND, facts=FACTS):
    confirmations.require(
        user=user,
        command=command,
        facts=facts,
        confirmation_id=confirmation_id,
        key=key,
        actor=actor_of(user),
    )


def challenge(user, **options):
    with pytest.raises(StepUpRequired) as refused:
        ask(user, **options)
    return refused.value.members["challenge_id"]


def given(user, **options):
    """Ask and confirm; give the id."""
    made = challenge(user, **options)
    code = second_factor.find_unused_code(user)
    confirmations.confirm(user=user, challenge_id=made, proof=Proof(code), actor=actor_of(user))
    return made


def refusals_recorded():
    events = AuditEvent.objects.filter(action="confirmation.refused").order_by("id")
    return [event.after["why"] for event in events]


class TestChallenge:
    def test_names_what_is_to_be_confirmed_for_five_minutes(self, dora):
        with pytest.raises(StepUpRequired) as refused:
            ask(dora)
        told = refused.value.members
        assert (told["command"], told["facts"]) == (COMMAND, FACTS)
        (row,) = list_open(dora)
        assert row.pk == told["challenge_id"]
        assert row.expires_at == told["expires_at"]
        assert timedelta(minutes=4, seconds=59) < row.expires_at - row.created_at
        assert row.expires_at - row.created_at <= timedelta(minutes=5, seconds=1)

    def test_is_the_same_for_the_same_operation_until_it_is_confirmed(self, dora):
        first = challenge(dora)
        assert challenge(dora) == first
        assert challenge(dora, facts={**FACTS, "amount": "12.51"}) != first

    def test_needs_a_second_factor_to_be_there(self, alice):
        with pytest.raises(SecondFactorNeeded):
            ask(alice)
        assert not Confirmation.objects.filter(user=alice).exists()

    def test_refuses_a_fact_that_is_no_text(self, dora):
        with pytest.raises(TypeError):
            ask(dora, facts={"amount": 12})

    def test_is_made_outside_the_transaction_of_the_money(self, dora):
        with pytest.raises(RuntimeError), transaction.atomic():
            ask(dora)


class TestConfirming:
    def test_lets_the_operation_through_with_its_key_again_and_again(self, dora):
        made = given(dora)
        ask(dora, confirmation_id=made)
        ask(dora, confirmation_id=made)
        row = Confirmation.objects.get(pk=made)
        assert (row.method, row.used_key) == ("totp", "key-0000000000001")
        assert not list_open(dora)
        actions = AuditEvent.objects.filter(object_id=str(made)).order_by("id")
        assert [event.action for event in actions] == ["confirmation.given", "confirmation.used"]

    def test_a_second_operation_needs_another(self, dora):
        made = given(dora)
        ask(dora, confirmation_id=made)
        assert challenge(dora, confirmation_id=made, key="key-0000000000002") != made
        assert refusals_recorded() == ["used for another request"]
        assert Confirmation.objects.get(pk=made).used_key == "key-0000000000001"

    @pytest.mark.parametrize("name", FACTS)
    def test_any_changed_fact_voids_it(self, dora, name):
        made = given(dora)
        challenge(dora, confirmation_id=made, facts={**FACTS, name: "other"})
        challenge(dora, confirmation_id=made, facts={k: v for k, v in FACTS.items() if k != name})
        assert refusals_recorded() == ["another operation"] * 2
        assert Confirmation.objects.get(pk=made).used_key is None

    def test_is_for_one_command(self, dora):
        made = given(dora)
        challenge(dora, confirmation_id=made, command="withdrawal.create")
        assert refusals_recorded() == ["another operation"]

    def test_facts_cannot_be_cut_anew(self, dora):
        made = given(dora, facts={"a": "1", "b": "2"})
        challenge(dora, confirmation_id=made, facts={"a": '1","b":"2'})
        assert refusals_recorded() == ["another operation"]

    def test_is_for_one_person(self, dora):
        mallory = make_customer("mallory")
        with transaction.atomic():
            second_factor.enrol_totp(mallory)
        made = given(dora)
        challenge(mallory, confirmation_id=made)
        assert refusals_recorded() == ["not this person's"]
        with pytest.raises(NotYours):
            confirmations.confirm(
                user=mallory,
                challenge_id=challenge(dora, facts={"x": "y"}),
                proof=Proof(second_factor.find_unused_code(mallory)),
                actor=actor_of(mallory),
            )

    def test_an_unknown_one_is_refused_like_a_foreign_one(self, dora):
        challenge(dora, confirmation_id=uuid.uuid4())
        assert refusals_recorded() == ["not this person's"]

    def test_an_open_one_is_not_enough(self, dora):
        made = challenge(dora)
        assert challenge(dora, confirmation_id=made) == made
        assert refusals_recorded() == ["not confirmed"]

    def test_a_wrong_code_confirms_nothing(self, dora):
        made = challenge(dora)
        with pytest.raises(second_factor.CodeRefused):
            confirmations.confirm(
                user=dora, challenge_id=made, proof=Proof("not-a-code"), actor=actor_of(dora)
            )
        assert Confirmation.objects.get(pk=made).confirmed_at is None
        assert refusals_recorded() == ["wrong code"]

    def test_is_confirmed_once(self, dora):
        made = given(dora)
        with pytest.raises(ConfirmationEnded):
            confirmations.confirm(
                user=dora, challenge_id=made, proof=Proof("1"), actor=actor_of(dora)
            )


def age(confirmation_id):
    """Let five minutes pass for one row; the application itself has no right to."""
    with as_owner(autocommit=True) as owner:
        owner.execute(
            "UPDATE users_confirmation SET expires_at = clock_timestamp() - interval '1 second'"
            " WHERE id = %s",
            [confirmation_id],
        )


class TestTime:
    def test_what_a_passkey_signed_is_too_late_after_five_minutes(self, committed_db):
        user = make_customer("keyholder")
        key = Passkey().add_to(user)
        made = challenge(user)
        asked = confirmations.passkey_challenge(Confirmation.objects.get(pk=made))
        proof = Proof(credential=key.answer(asked), host=HOST)
        age(made)
        with pytest.raises(ConfirmationEnded):
            confirmations.confirm(user=user, challenge_id=made, proof=proof, actor=actor_of(user))

    def test_ends_after_five_minutes_confirmed_or_not(self, committed_db):
        user = make_customer("dora")
        with transaction.atomic():
            second_factor.enrol_totp(user)
        made = given(user)
        age(made)
        renewed = challenge(user, confirmation_id=made)
        assert renewed != made
        age(renewed)
        with pytest.raises(ConfirmationEnded):
            confirmations.confirm(
                user=user, challenge_id=renewed, proof=Proof("1"), actor=actor_of(user)
            )
        events = AuditEvent.objects.filter(object_id=str(made), action="confirmation.refused")
        assert [event.after["why"] for event in events] == ["expired"]

    def test_the_application_cannot_change_what_was_asked(self, dora):
        made = challenge(dora)
        for column, value in {
            "facts": "'{}'", "digest": "''", "command": "'x'", "user_id": "user_id",
            "expires_at": "clock_timestamp()",
        }.items():  # fmt: skip
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(
                    f"UPDATE users_confirmation SET {column} = {value} WHERE id = %s", [made]
                )

    def test_what_ended_long_ago_is_deleted_when_the_next_is_made(self, dora):
        old = Confirmation.objects.create(
            user=dora,
            command=COMMAND,
            facts={},
            digest=b"x",
            expires_at=ClockTimestamp() - timedelta(days=2),
        )
        challenge(dora)
        assert not Confirmation.objects.filter(pk=old.pk).exists()


class TestFacts:
    def test_are_sealed_in_the_database_and_plain_to_their_person(self, dora):
        made = Confirmation.objects.get(pk=challenge(dora))
        assert made.facts == FACTS
        with connection.cursor() as cursor:
            cursor.execute("SELECT c::text FROM users_confirmation AS c WHERE id = %s", [made.pk])
            assert FACTS["to"] not in cursor.fetchone()[0]

    def test_from_before_they_were_sealed_are_read(self, committed_db):
        user = make_customer("elder")
        with as_owner() as session:
            session.execute(
                "INSERT INTO users_confirmation (id, user_id, command, facts, digest, method,"
                " expires_at) VALUES (%s, %s, 'x', '{\"to\": \"bob\"}', '', '', now())",
                [uuid.uuid4(), user.pk],
            )
            session.commit()
        assert Confirmation.objects.get(user=user).facts == {"to": "bob"}
