"""A passkey confirms one exact operation, on pages and by programs, and is never locked."""

import copy
import json
import re
import uuid

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client
from fido2.utils import websafe_decode, websafe_encode

from coinhub.core.actor import Actor
from coinhub.events.models import AuditEvent
from coinhub.users.models import ApiKey, Confirmation, User
from coinhub.users.services import confirmations, passkeys, second_factor
from coinhub.users.services.confirmations import ConfirmationEnded, StepUpRequired
from coinhub.users.services.passkeys import PasskeyRefused
from coinhub.users.services.proofs import Proof
from tests.api_client import Caller
from tests.conftest import PASSWORD, make_customer
from tests.passkeys import HOST, Passkey

pytestmark = pytest.mark.django_db
FACTS = {"amount": "10.00", "currency": "EUR", "to": "an address"}


def acts(user: User) -> Actor:
    return Actor(kind="customer", user_id=user.pk, request_id="passkey-test")


def asked(user: User, facts: dict[str, str] = FACTS, command: str = "withdrawal.create"):
    with pytest.raises(StepUpRequired) as refusal:
        confirmations.require(
            user=user, command=command, facts=facts, confirmation_id=None, key="k", actor=acts(user)
        )
    return Confirmation.objects.get(pk=refusal.value.members["challenge_id"])


def confirm(user: User, challenge: Confirmation, credential: dict, host: str = HOST):
    return confirmations.confirm(
        user=user,
        challenge_id=challenge.pk,
        proof=Proof(credential=credential, host=host),
        actor=acts(user),
    )


def signed(key: Passkey, user: User, challenge: Confirmation) -> dict:
    return key.sign(
        passkeys.options_for(user, confirmations.passkey_challenge(challenge), key.host)
    )


def is_open(challenge: Confirmation) -> bool:
    challenge.refresh_from_db()
    return challenge.confirmed_at is None


@pytest.fixture
def dora(db: None) -> User:
    """A customer with nothing but a passkey."""
    return make_customer("dora")


@pytest.fixture
def key(dora: User) -> Passkey:
    """Dora's passkey."""
    return Passkey().add_to(dora)


class TestAPasskey:
    def test_confirms_what_it_signed_once(self, dora, key):
        challenge = asked(dora)
        credential = signed(key, dora, challenge)
        given = confirm(dora, challenge, credential)
        assert (given.method, given.confirmed_at is not None) == ("webauthn", True)
        with pytest.raises(ConfirmationEnded):
            confirm(dora, challenge, credential)
        assert Authenticator.objects.get(user=dora).last_used_at is not None
        events = AuditEvent.objects.filter(object_id=str(challenge.pk))
        assert [event.action for event in events] == ["confirmation.given"]

    @pytest.mark.parametrize(
        "other",
        [
            {"facts": {**FACTS, "amount": "11.00"}},
            {"facts": {**FACTS, "currency": "USD"}},
            {"facts": {**FACTS, "to": "another address"}},
            {"command": "transfer.create"},
        ],
        ids=["amount", "currency", "destination", "command"],
    )
    def test_confirms_no_other_operation(self, dora, key, other):
        one, another = asked(dora), asked(dora, **{"facts": FACTS, **other})
        with pytest.raises(PasskeyRefused):
            confirm(dora, another, signed(key, dora, one))
        assert is_open(another)
        (event,) = AuditEvent.objects.filter(object_id=str(another.pk))
        assert (event.action, event.after["why"]) == ("confirmation.refused", "wrong passkey")

    def test_confirms_the_same_operation_asked_anew_only_when_it_signs_anew(self, dora, key):
        first = asked(dora)
        credential = signed(key, dora, first)
        confirm(dora, first, credential)
        second = asked(dora)
        with pytest.raises(PasskeyRefused):
            confirm(dora, second, credential)
        assert is_open(second)

    def test_of_somebody_else_confirms_nothing(self, dora, key, alice):
        challenge = asked(dora)
        stranger = Passkey().add_to(alice)
        asked_for = confirmations.passkey_challenge(challenge)
        with pytest.raises(PasskeyRefused):
            confirm(dora, challenge, stranger.answer(asked_for))
        impostor = Passkey()
        impostor.id = key.id
        with pytest.raises(PasskeyRefused):
            confirm(dora, challenge, impostor.answer(asked_for))
        assert is_open(challenge)

    def test_that_was_removed_confirms_nothing(self, dora, key):
        Passkey().add_to(dora)
        challenge = asked(dora)
        credential = signed(key, dora, challenge)
        Authenticator.objects.filter(user=dora).earliest("pk").delete()
        with pytest.raises(PasskeyRefused):
            confirm(dora, challenge, credential)

    def test_signs_for_its_own_site_and_purpose_only(self, dora, key, settings):
        settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
        challenge = asked(dora)
        wanted = confirmations.passkey_challenge(challenge)
        elsewhere = copy.copy(key)
        elsewhere.origin = "https://testserver.example.net"
        plain = copy.copy(key)
        plain.origin = "http://testserver"
        other = copy.copy(key)
        other.host = "example.net"
        absent = copy.copy(key)
        absent.flags = type(key.flags)(0)
        for bad in (elsewhere, plain, other, absent):
            with pytest.raises(PasskeyRefused):
                confirm(dora, challenge, bad.answer(wanted))
        with pytest.raises(PasskeyRefused):
            confirm(dora, challenge, key.answer(wanted, "webauthn.create"))
        with pytest.raises(PasskeyRefused):
            confirm(dora, challenge, key.answer(wanted), host="example.net")
        assert is_open(challenge)
        assert confirm(dora, challenge, key.answer(wanted)).confirmed_at is not None

    def test_is_never_locked_however_often_a_wrong_one_is_tried(self, dora, key):
        challenge = asked(dora)
        for _ in range(12):
            with pytest.raises(PasskeyRefused):
                confirm(dora, challenge, key.answer(b"something else"))
        assert confirm(dora, challenge, signed(key, dora, challenge)).method == "webauthn"


def broken(credential: dict) -> list:
    """Give credentials with each part missing, of another type, cut, or stuffed."""
    answer = credential["response"]
    members = [*answer, "rawId"]
    bad: list = [{}, {"response": None}, {"response": []}, {"rawId": 1, "response": answer}]
    for name in members:
        for value in ("", "!", "A", "AA", None, 7, [], {}, "A" * 5000, "\u00e4\u00f6", answer):
            one = copy.deepcopy(credential)
            (one if name == "rawId" else one["response"])[name] = value
            bad.append(one)
    flagged = bytearray(websafe_decode(answer["authenticatorData"]))
    flagged[32] |= 0xC0  # says that a key and extensions follow, and then nests without end
    for tail in (b"", b"\x81" * 400, b"\xff" * 60, b"\x9f" * 20):
        one = copy.deepcopy(credential)
        one["response"]["authenticatorData"] = websafe_encode(bytes(flagged) + tail)
        bad.append(one)
    for text in (b"[]", b"{}", b"[" * 500, b'{"type": 1, "challenge": [], "origin": {}}', b"\xff"):
        one = copy.deepcopy(credential)
        one["response"]["clientDataJSON"] = websafe_encode(text)
        bad.append(one)
    return bad


class TestWhatIsNoCredential:
    def test_is_refused_and_changes_nothing(self, dora, key):
        challenge = asked(dora)
        for bad in broken(signed(key, dora, challenge)):
            with pytest.raises(PasskeyRefused):
                confirm(dora, challenge, bad)
        assert is_open(challenge)

    def test_is_refused_on_the_page_of_the_sign_in_too(self, dora, key):
        browser = Client()
        browser.post("/accounts/login/", {"login": dora.email, "password": PASSWORD})
        page = browser.get("/accounts/2fa/authenticate/")
        credential = key.sign(page.context["js_data"]["request_options"])
        for bad in [*broken(credential), "[" * 5000, "nonsense"]:
            sent = bad if isinstance(bad, str) else json.dumps(bad)
            answer = browser.post("/accounts/2fa/authenticate/", {"credential": sent})
            assert answer.status_code == 200
            assert browser.get("/settings/").status_code == 302
        page = browser.get("/accounts/2fa/authenticate/")
        credential = key.sign(page.context["js_data"]["request_options"])
        browser.post("/accounts/2fa/authenticate/", {"credential": json.dumps(credential)})
        assert browser.get("/settings/").status_code == 200

    def test_is_refused_on_the_page_that_adds_one_too(self, alice):
        browser = Client()
        browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        add, key = "/accounts/2fa/webauthn/add/", Passkey()

        def wanted() -> bytes:
            options = browser.get(add).context["js_data"]["creation_options"]
            return websafe_decode(options["publicKey"]["challenge"])

        whole = key.registration(wanted())
        for name in whole["response"]:
            for value in ("", "!", "AA", None, 7, [], "A" * 5000, "gYGBgYGBgYGB" * 200):
                one = copy.deepcopy(whole)
                one["response"][name] = value
                answer = browser.post(add, {"credential": json.dumps(one)})
                assert answer.status_code == 200
        assert not passkeys.has_passkey(alice)
        browser.post(add, {"credential": json.dumps(key.registration(wanted()))})
        assert passkeys.has_passkey(alice)


KEY_WISH = {"label": "shop", "scopes": ["transfer"], "days": 30, "spend_cap_usd": "10.00"}


def problem(answer, status: int, code: str) -> dict:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    return answer.json()


class TestByTheApi:
    def test_the_list_says_what_to_sign_and_the_signed_confirms(self, dora, key):
        caller = Caller(dora)
        asks = problem(caller.post("api-keys", KEY_WISH), 403, "STEP_UP_REQUIRED")
        (row,) = caller.get("auth/confirmations").json()["results"]
        path = f"auth/confirmations/{asks['challenge_id']}"
        stranger = Passkey()
        stranger.id = key.id
        bad = {"credential": stranger.sign(row["passkey"])}
        problem(caller.post(path, bad), 403, "PASSKEY_REFUSED")
        credential = key.sign(row["passkey"])
        told = caller.post(path, {"credential": credential}).json()
        assert told["confirmed_at"] is not None
        assert told["passkey"] is None
        problem(caller.post(path, {"credential": credential}), 409, "CONFIRMATION_ENDED")
        named = {"X-Confirmation": asks["challenge_id"]}
        assert caller.post("api-keys", KEY_WISH, headers=named).status_code == 201
        again = caller.post("api-keys", KEY_WISH, headers=named)
        problem(again, 403, "STEP_UP_REQUIRED")

    @pytest.mark.parametrize("body", [{}, {"code": "1", "credential": {}}, {"credential": "x"}])
    def test_one_proof_is_sent_and_no_other_form_of_it(self, dora, key, body):
        caller, challenge = Caller(dora), asked(dora)
        answer = caller.post(f"auth/confirmations/{challenge.pk}", body)
        problem(answer, 400, "VALIDATION_ERROR")
        assert is_open(challenge)

    def test_what_is_no_credential_is_refused(self, dora, key):
        caller, challenge = Caller(dora), asked(dora)
        for bad in broken(signed(key, dora, challenge))[::7]:
            answer = caller.post(f"auth/confirmations/{challenge.pk}", {"credential": bad})
            assert answer.status_code in (400, 403)
        assert is_open(challenge)

    def test_who_has_no_passkey_is_told_of_none(self, alice):
        with transaction.atomic():
            second_factor.enrol_totp(alice)
        caller = Caller(alice)
        caller.post("api-keys", KEY_WISH)
        (row,) = caller.get("auth/confirmations").json()["results"]
        assert row["passkey"] is None


class TestOnPages:
    def test_the_list_of_confirmations_takes_a_passkey_and_gives_a_new_session_id(
        self, dora, key, signed_in
    ):
        one, other = asked(dora), asked(dora, {**FACTS, "amount": "2.00"})
        browser = signed_in(dora)
        number = browser.session.session_key
        page = browser.get("/settings/confirmations/").content.decode()
        found = dict(re.findall(r'<script id="passkey-([^"]+)" [^>]+>(.+?)</script>', page))
        assert set(found) == {str(one.pk), str(other.pk)}
        credential = json.dumps(key.sign(json.loads(found[str(one.pk)])))
        wrong = {"challenge": str(other.pk), "credential": credential}
        assert browser.post("/settings/confirmations/", wrong).status_code == 422
        right = {"challenge": str(one.pk), "credential": credential}
        assert browser.post("/settings/confirmations/", right).status_code == 302
        assert browser.session.session_key != number
        assert (is_open(one), is_open(other)) == (False, True)

    def test_an_api_key_is_made_with_one(self, dora, key, signed_in):
        browser, new = signed_in(dora), "/settings/api-keys/new/"
        form = {"label": "shop", "scopes": ["transfer"], "days": "90"}
        page = browser.post(new, form).content.decode()
        challenge, data = re.search(
            r'<script id="passkey-([^"]+)" [^>]+>(.+?)</script>', page
        ).groups()
        credential = json.dumps(key.sign(json.loads(data)))
        sent = {**form, "challenge": challenge, "credential": credential, "code": ""}
        assert "chk_test_" in browser.post(new, sent).content.decode()
        assert ApiKey.objects.filter(user=dora).count() == 1


def test_the_challenge_is_of_this_question_alone(dora, key):
    one, other = asked(dora), asked(dora, {**FACTS, "amount": "1.00"})
    made = [confirmations.passkey_challenge(row) for row in (one, one, other)]
    assert made[0] == made[1] != made[2]
    assert len(made[0]) == 32
    other.digest = one.digest
    assert confirmations.passkey_challenge(other) != made[0]
    other.pk = uuid.uuid4()
    assert confirmations.passkey_challenge(other) != made[0]
