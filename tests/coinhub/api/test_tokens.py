"""Tokens: issue, use, refresh, revoke, and what ends them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone

from coinhub.users import secrets
from coinhub.users.models import AccessToken, RefreshToken
from coinhub.users.selectors import tokens as readers
from coinhub.users.services import sign_in_limit, tokens
from tests.api_client import Caller
from tests.conftest import PASSWORD, make_customer, make_staff

WRONG = "wrong-and-long-enough"
OTHER_KEY = "another-key-for-this-test"
USES = 50  # of one refresh token at the same moment


def ask(path, **body):
    return Client().post(f"/api/v1/auth/{path}", body, content_type="application/json")


def is_let_in(access):
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {access}"})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


@pytest.mark.django_db
class TestIssue:
    def test_gives_a_pair_for_e_mail_and_password(self, alice):
        answer = ask("token", email=alice.email, password=PASSWORD)
        assert answer.status_code == 200
        assert set(answer.json()) == {"access", "refresh", "expires_in"}
        assert answer.json()["expires_in"] == 300
        assert answer.headers["Cache-Control"] == "no-store"
        assert is_let_in(answer.json()["access"])

    def test_keeps_no_token_in_clear(self, alice):
        pair = tokens.issue(user=alice)
        rows = [*AccessToken.objects.values_list(), *RefreshToken.objects.values_list()]
        kept = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])
        assert rows
        assert pair.access not in kept
        assert pair.refresh not in kept

    def test_a_token_has_256_random_bits_and_a_prefix(self, alice):
        pair = tokens.issue(user=alice)
        for token, prefix in ((pair.access, "chat_"), (pair.refresh, "chrt_")):
            assert token.startswith(prefix)
            assert len(token.removeprefix(prefix)) == 43

    def test_wrong_password_unknown_e_mail_and_left_customer_look_alike(self, alice, bob):
        bob.is_active = False
        bob.save(update_fields=["is_active"])
        answers = [
            ask("token", email=alice.email, password=WRONG),
            ask("token", email="nobody@example.com", password=PASSWORD),
            ask("token", email=bob.email, password=PASSWORD),
        ]
        told = [
            {k: v for k, v in a.json().items() if k != "request_id"} | {"s": a.status_code}
            for a in answers
        ]
        assert told[0] == told[1] == told[2]
        assert (told[0]["s"], told[0]["code"]) == (401, "INVALID_CREDENTIALS")
        assert not AccessToken.objects.exists()

    def test_an_unknown_e_mail_costs_a_password_check_too(self, alice, monkeypatch):
        from django.contrib.auth.hashers import MD5PasswordHasher

        counted = []
        encode = MD5PasswordHasher.encode
        monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *a: counted.append(1) or encode(*a))
        ask("token", email=alice.email, password=WRONG)
        for_known, counted[:] = len(counted), []
        ask("token", email="nobody@example.com", password=WRONG)
        assert len(counted) == for_known > 0

    def test_failed_sign_ins_of_pages_and_api_count_together(self, alice):
        with override_settings(RATE_LIMITS=True):
            for _ in range(3):
                ask("token", email=alice.email, password=WRONG)
            for _ in range(2):
                Client().post("/accounts/login/", {"login": alice.email, "password": "wrong"})
            answer = ask("token", email=alice.email, password=PASSWORD)
        assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
        assert int(answer.headers["Retry-After"]) >= 1

    def test_failed_sign_ins_behind_a_proxy_count_by_client(self, settings, monkeypatch):
        settings.ADDRESS_HEADER, settings.RATE_LIMITS = "X-Forwarded-For", True
        monkeypatch.setattr(sign_in_limit, "PER_ADDRESS", 3)
        statuses = []
        for number, client in enumerate(["203.0.113.7"] * 4 + ["203.0.113.8"]):
            headers = {"X-Forwarded-For": f"198.51.100.{number}, {client}"}
            body = {"email": f"somebody-{number}@example.com", "password": WRONG}
            statuses.append(Caller().post("auth/token", body, headers=headers).status_code)
        assert statuses == [401, 401, 401, 429, 401]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": "a@example.com"},
            {"email": 1, "password": "x"},
            {"email": "a@example.com", "password": "x", "admin": True},
            {"email": "a@example.com", "password": "x\x07"},
            {"email": "a@example.com", "password": "x" * 1025},
        ],
    )
    def test_a_bad_body_names_its_places(self, body):
        answer = ask("token", **body)
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
        assert answer.json()["errors"]


@pytest.mark.django_db
class TestUse:
    def test_costs_one_query(self, alice, django_assert_num_queries):
        pair = tokens.issue(user=alice)
        with django_assert_num_queries(1):
            assert readers.find_user(pair.access) == alice

    @pytest.mark.parametrize("what", ["expired", "left", "password", "revoked", "refresh"])
    def test_a_token_that_is_worth_nothing_is_refused_at_once(self, alice, what):
        pair = tokens.issue(user=alice)
        access = pair.access
        assert is_let_in(access)
        if what == "expired":
            AccessToken.objects.update(expires_at=timezone.now())
        if what == "left":
            alice.is_active = False
            alice.save(update_fields=["is_active"])
        if what == "password":
            alice.set_password("another-good-password")
            alice.save(update_fields=["password"])
        if what == "revoked":
            assert ask("token/revoke", token=access).status_code == 204
        if what == "refresh":
            access = pair.refresh
        assert not is_let_in(access)

    def test_another_secret_key_ends_every_token(self, alice):
        pair = tokens.issue(user=alice)
        with override_settings(SECRET_KEY=OTHER_KEY):
            assert not is_let_in(pair.access)


@pytest.mark.django_db
class TestRefresh:
    def test_gives_a_new_pair_and_ends_the_old_one(self, alice):
        first = tokens.issue(user=alice)
        second = ask("token/refresh", refresh=first.refresh).json()
        assert not is_let_in(first.access)
        assert is_let_in(second["access"])
        assert second["refresh"] != first.refresh

    def test_a_second_use_ends_the_whole_family(self, alice):
        first = tokens.issue(user=alice)
        second = ask("token/refresh", refresh=first.refresh).json()
        third = ask("token/refresh", refresh=second["refresh"]).json()
        other = tokens.issue(user=alice)
        stolen = ask("token/refresh", refresh=first.refresh)
        assert (stolen.status_code, stolen.json()["code"]) == (401, "INVALID_TOKEN")
        assert not is_let_in(third["access"])
        assert ask("token/refresh", refresh=third["refresh"]).status_code == 401
        assert is_let_in(other.access)

    @pytest.mark.parametrize(
        "what", ["expired", "left", "password", "revoked", "access", "made up"]
    )
    def test_what_is_worth_nothing_is_refused_alike(self, alice, what):
        pair = tokens.issue(user=alice)
        shown = pair.refresh
        if what == "expired":
            RefreshToken.objects.update(expires_at=timezone.now())
        if what == "left":
            alice.is_active = False
            alice.save(update_fields=["is_active"])
        if what == "password":
            alice.set_password("another-good-password")
            alice.save(update_fields=["password"])
        if what == "revoked":
            ask("token/revoke", token=pair.refresh)
        if what == "access":
            shown = pair.access
        if what == "made up":
            shown = secrets.new_token(secrets.REFRESH_PREFIX)
        before = AccessToken.objects.count()
        answer = ask("token/refresh", refresh=shown)
        assert (answer.status_code, answer.json()["code"]) == (401, "INVALID_TOKEN")
        assert AccessToken.objects.count() <= before

    def test_life_is_five_minutes_and_thirty_days(self, alice):
        tokens.issue(user=alice)
        access, refresh = AccessToken.objects.get(), RefreshToken.objects.get()
        second = timedelta(seconds=1)
        assert abs(access.expires_at - access.created_at - timedelta(minutes=5)) < second
        assert abs(refresh.expires_at - refresh.created_at - timedelta(days=30)) < second

    def test_of_staff_goes_on_for_eight_hours_and_is_not_prolonged(self, db):
        pair = tokens.issue(user=make_staff("clerk", "operations"))
        ends = RefreshToken.objects.get().expires_at
        assert timedelta(hours=7, minutes=59) < ends - timezone.now() <= timedelta(hours=8)
        pair = tokens.refresh(token=pair.refresh)
        assert set(RefreshToken.objects.values_list("expires_at", flat=True)) == {ends}
        soon = timezone.now() + timedelta(seconds=60)
        RefreshToken.objects.update(expires_at=soon)
        assert tokens.refresh(token=pair.refresh).expires_in < 61
        assert AccessToken.objects.get().expires_at <= soon

    def test_revoking_what_is_no_token_says_nothing(self, alice):
        pair = tokens.issue(user=alice)
        for text in ("nothing", "chat_" + "A" * 43, "chrt_" + "A" * 43):
            assert ask("token/revoke", token=text).status_code == 204
        assert is_let_in(pair.access)


@pytest.mark.usefixtures("committed_db")
class TestAtOnce:
    def test_a_refresh_token_is_changed_once_and_two_uses_end_the_family(self):
        alice = make_customer("alice")
        pair = tokens.issue(user=alice)
        barrier = Barrier(USES)

        def use(_):
            try:
                barrier.wait(timeout=60)
                return Caller().post("auth/token/refresh", {"refresh": pair.refresh}, key=None)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(USES) as pool:
            answers = list(pool.map(use, range(USES)))
        assert sorted(a.status_code for a in answers) == [200] + [401] * (USES - 1)
        (won,) = [a.json() for a in answers if a.status_code == 200]
        assert not is_let_in(won["access"])
        for token in (pair.refresh, won["refresh"]):
            assert ask("token/refresh", refresh=token).status_code == 401
        family = RefreshToken.objects.filter(user=alice)
        assert not family.filter(revoked_at=None).exists()
        assert not AccessToken.objects.filter(user=alice).exists()
