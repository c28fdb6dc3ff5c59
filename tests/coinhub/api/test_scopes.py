"""API keys: what a key may do, from where, and until when."""

import re
import uuid
import zlib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from coinhub.api.auth import OPEN, PERSON, SCOPES, STAFF
from coinhub.api.limits import RATES
from coinhub.api.views import View
from coinhub.core.actor import Actor
from coinhub.core.errors import AmountInvalid, ValidationFailed
from coinhub.events.models import AuditEvent
from coinhub.users import key_text
from coinhub.users.models import ApiKey, ApiKeySpend, User
from coinhub.users.services import api_keys, confirmations, second_factor
from coinhub.users.services.api_keys import SpendCapExceeded, TooManyKeys, Wish
from coinhub.users.services.proofs import Proof
from tests.api_client import Caller
from tests.coinhub.api.test_problems import require_problem, routes
from tests.conftest import make_customer, make_staff, wallet_of
from tests.sessions import as_owner

HOME = "192.0.2.0/24"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
codes: dict[uuid.UUID, list[str]] = {}  # recovery codes: there is no waiting for the next one


def actor_of(user):
    return Actor(kind="customer", user_id=user.pk, request_id="test", address="192.0.2.1")


def with_factor(user: User) -> User:
    with transaction.atomic():
        second_factor.enrol_totp(user)
        codes[user.pk] = second_factor.new_recovery_codes(user)
    return user


def make_key(user, *scopes, **wish):
    """Make a key, confirmed where it has to be; give row and text."""
    wanted = Wish(label="bot", scopes=scopes or ("read",), **wish)
    try:
        return api_keys.create(user=user, wish=wanted, confirmation_id=None, actor=actor_of(user))
    except confirmations.StepUpRequired as refusal:
        made = refusal.members["challenge_id"]
    code = codes[user.pk].pop()
    confirmations.confirm(user=user, challenge_id=made, proof=Proof(code), actor=actor_of(user))
    return api_keys.create(user=user, wish=wanted, confirmation_id=made, actor=actor_of(user))


def caller_with(text, address="192.0.2.7"):
    caller = Caller()
    caller.headers["Authorization"] = f"Bearer {text}"
    caller.client.defaults["REMOTE_ADDR"] = address
    return caller


@pytest.fixture
def dora(db: None) -> User:
    """A customer with a second factor."""
    return with_factor(make_customer("dora"))


class TestDeclarations:
    def test_every_route_declares_its_scope_and_a_rate_that_exists(self):
        views = {view for _, view in routes() if issubclass(view, View)}
        assert len(views) > 10
        assert [view.__name__ for view in views if view.rate not in RATES] == []
        undeclared = [
            f"{method} {view.__name__}"
            for view in views
            for method in METHODS
            if hasattr(view, method.lower()) and view.scope_for(method) not in SCOPES
        ]
        assert undeclared == []

    def test_every_route_that_moves_money_counts_as_money(self):
        from wallets.api.money import MoneyView

        assert {v.rate for _, v in routes() if issubclass(v, MoneyView)} == {"money"}

    def test_only_open_routes_let_strangers_in(self):
        for _, view in routes():
            assert (view.scope == OPEN) == (view.authentication_classes == [])


class TestText:
    def test_names_its_kind_and_place_and_has_256_random_bits(self):
        one, other = key_text.new_key(), key_text.new_key()
        assert re.fullmatch(r"chk_test_[0-9A-Za-z]{49}", one)
        assert one != other
        assert 62**key_text.RANDOM_LENGTH > 2**256

    def test_has_a_checksum_that_anybody_can_work_out(self):
        key = key_text.new_key()
        number = 0
        for sign in key[-6:]:
            number = number * 62 + key_text.DIGITS.index(sign)
        assert number == zlib.crc32(key[:-6].encode())

    def test_a_slip_is_known_without_asking_anybody(self, db, django_assert_num_queries):
        key = key_text.new_key()
        with django_assert_num_queries(0):
            for wrong in (key[:-1], key + "a", key[:20] + key[21:20:-1] + key[22:],
                          key.replace("chk_test_", "chk_live_"), "chk_test_"):  # fmt: skip
                if wrong != key:
                    require_problem(caller_with(wrong).get("me"), 401, "UNAUTHENTICATED")

    def test_of_another_kind_of_installation_is_worth_nothing(self, dora, settings):
        _, text = make_key(dora)
        settings.SANDBOX = False
        assert key_text.new_key().startswith("chk_live_")
        require_problem(caller_with(text).get("me"), 401, "UNAUTHENTICATED")


class TestMatrix:
    def test_a_key_reaches_exactly_the_routes_of_its_scopes(self, dora):
        wallet_of(dora)
        for scope in ApiKey.Scope.values:
            caller = caller_with(make_key(dora, scope)[1])
            for path, view in routes():
                if view.scope == OPEN:
                    continue
                for method in METHODS:
                    if not hasattr(view, method.lower()):
                        continue
                    answer = getattr(caller.client, method.lower())(
                        path, content_type="application/json", headers=caller.headers
                    )
                    told = (method, path, scope, answer.content)
                    if view.scope_for(method) == scope:
                        missing = answer.headers["Content-Type"] == "application/problem+json" and (
                            answer.json()["code"] in ("SCOPE_MISSING", "UNAUTHENTICATED")
                        )
                        assert not missing, told
                    else:
                        assert answer.status_code == 403, told
                        assert answer.json()["code"] == "SCOPE_MISSING", told

    def test_no_key_acts_for_staff(self, db):
        staff = make_staff("maker", "operations")
        with pytest.raises(api_keys.KeysForCustomersOnly):
            make_key(staff)
        user = make_customer("later-staff")
        _, text = make_key(user)
        assert caller_with(text).get("me").status_code == 200
        User.objects.filter(pk=user.pk).update(is_staff=True)
        require_problem(caller_with(text).get("me"), 401, "UNAUTHENTICATED")

    def test_no_key_has_a_scope_that_only_people_have(self, dora):
        for scope in (PERSON, STAFF, OPEN, "", "admin"):
            with pytest.raises(ValidationFailed):
                make_key(dora, scope)

    def test_least_is_the_default(self, dora):
        row, _ = api_keys.create(
            user=dora, wish=Wish(label="x"), confirmation_id=None, actor=actor_of(dora)
        )
        assert (row.scopes, row.networks) == (["read"], [])


class TestAddresses:
    @pytest.mark.parametrize(
        ("networks", "address", "may"),
        [
            ([HOME], "192.0.2.200", True),
            ([HOME], "192.0.3.1", False),
            ([HOME], "::ffff:192.0.2.9", True),
            (["192.0.2.7", "2001:db8::/48"], "2001:db8:0:1::5", True),
            (["192.0.2.7"], "192.0.2.8", False),
            (["2001:db8::/48"], "192.0.2.8", False),
            ([HOME], "nonsense", False),
            ([], "198.51.100.1", True),
        ],
    )  # fmt: skip
    def test_a_key_works_from_its_networks_alone(self, dora, networks, address, may):
        caller = caller_with(make_key(dora, networks=networks)[1], address)
        answer = caller.get("me")
        if may:
            assert answer.status_code == 200
        else:
            require_problem(answer, 403, "ADDRESS_NOT_ALLOWED")

    def test_a_claimed_address_counts_for_nothing(self, dora):
        caller = caller_with(make_key(dora, networks=[HOME])[1], "198.51.100.1")
        for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"):
            caller.headers[header] = "192.0.2.7"
        require_problem(caller.get("me"), 403, "ADDRESS_NOT_ALLOWED")

    @pytest.mark.parametrize("network", ["0.0.0.0/0", "10.0.0.0/8", "::/0", "here", "192.0.2.1/24"])
    def test_a_list_of_everything_is_no_list(self, dora, network):
        with pytest.raises(ValidationFailed):
            make_key(dora, networks=[network])


class TestLife:
    def test_ends_at_once_when_revoked(self, dora):
        row, text = make_key(dora)
        caller = caller_with(text)
        assert caller.get("me").status_code == 200
        api_keys.revoke(user=dora, public_id=row.public_id, actor=actor_of(dora))
        api_keys.revoke(user=dora, public_id=row.public_id, actor=actor_of(dora))
        require_problem(caller.get("me"), 401, "UNAUTHENTICATED")
        revoked = AuditEvent.objects.filter(action="api_key.revoked", object_id=row.public_id)
        assert revoked.count() == 1

    def test_ends_when_its_time_is_over(self, committed_db):
        user = make_customer("dora")
        row, text = make_key(user, days=1)
        assert row.expires_at - row.created_at > timedelta(hours=23)
        assert caller_with(text).get("me").status_code == 200
        with as_owner(autocommit=True) as owner:
            owner.execute(
                "UPDATE users_apikey SET expires_at = clock_timestamp() WHERE id = %s", [row.pk]
            )
        require_problem(caller_with(text).get("me"), 401, "UNAUTHENTICATED")

    def test_ends_with_its_owner(self, dora):
        _, text = make_key(dora)
        User.objects.filter(pk=dora.pk).update(is_active=False)
        require_problem(caller_with(text).get("me"), 401, "UNAUTHENTICATED")

    def test_all_of_a_person_end_together(self, dora):
        texts = [make_key(dora)[1] for _ in range(3)]
        with transaction.atomic():
            assert api_keys.revoke_all(user=dora, actor=actor_of(dora)) == 3
        for text in texts:
            require_problem(caller_with(text).get("me"), 401, "UNAUTHENTICATED")

    def test_last_use_is_written_at_most_once_a_minute(self, dora):
        row, text = make_key(dora)
        caller = caller_with(text)
        caller.get("me")
        row.refresh_from_db()
        first = row.last_used_at
        assert first is not None
        with CaptureQueriesContext(connection) as asked:
            caller.get("me")
        assert not [q for q in asked.captured_queries if "UPDATE users_apikey" in q["sql"]]
        row.refresh_from_db()
        assert row.last_used_at == first

    def test_there_are_at_most_twenty(self, dora):
        for _ in range(api_keys.MOST_KEYS):
            make_key(dora)
        with pytest.raises(TooManyKeys):
            make_key(dora)
        assert ApiKey.objects.filter(user=dora).count() == api_keys.MOST_KEYS


class TestSecrecy:
    def test_no_key_is_in_the_database(self, committed_db):
        user = with_factor(make_customer("dora"))
        texts = [make_key(user)[1], make_key(user, "withdraw", networks=[HOME])[1]]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind = 'r'"
            )
            tables = [name for (name,) in cursor.fetchall()]
            assert {"users_apikey", "events_auditevent", "users_confirmation"} <= set(tables)
            for text in texts:
                for part in (text, text[9:52], text[9:30], text.encode().hex()):
                    for table in tables:
                        cursor.execute(
                            f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s',
                            [f"%{part}%"],
                        )
                        assert cursor.fetchone() == (0,), table


class TestMoneyScopes:
    def test_need_a_confirmation_of_exactly_this_key(self, dora):
        wish = Wish(label="bot", scopes=("withdraw",), networks=(HOME,))
        with pytest.raises(confirmations.StepUpRequired) as refused:
            api_keys.create(user=dora, wish=wish, confirmation_id=None, actor=actor_of(dora))
        made = refused.value.members["challenge_id"]
        assert refused.value.members["facts"]["networks"] == HOME
        code = codes[dora.pk].pop()
        confirmations.confirm(user=dora, challenge_id=made, proof=Proof(code), actor=actor_of(dora))
        for other in (
            Wish(label="bot", scopes=("withdraw", "transfer"), networks=(HOME,)),
            Wish(label="bot", scopes=("withdraw",)),
            Wish(label="bot", scopes=("withdraw",), networks=(HOME,), spend_cap_usd=Decimal(9)),
            Wish(label="bot", scopes=("withdraw",), networks=(HOME,), days=9),
        ):
            with pytest.raises(confirmations.StepUpRequired):
                api_keys.create(user=dora, wish=other, confirmation_id=made, actor=actor_of(dora))
        api_keys.create(user=dora, wish=wish, confirmation_id=made, actor=actor_of(dora))
        with pytest.raises(confirmations.StepUpRequired):
            api_keys.create(user=dora, wish=wish, confirmation_id=made, actor=actor_of(dora))
        assert ApiKey.objects.filter(user=dora).count() == 1

    def test_need_a_second_factor(self, alice):
        with pytest.raises(confirmations.SecondFactorNeeded):
            make_key(alice, "transfer")
        assert not ApiKey.objects.filter(user=alice).exists()

    @pytest.mark.parametrize(
        ("networks", "cap", "may"),
        [
            ((HOME,), Decimal(5), True),
            ((HOME,), None, False),
            ((), Decimal(5), False),
            ((), None, False),
        ],
    )
    def test_only_networks_and_cap_together_stand_for_a_confirmation(
        self, dora, networks, cap, may
    ):
        _, text = make_key(dora, "transfer", networks=networks, spend_cap_usd=cap)
        from coinhub.users.selectors.api_keys import find_key

        _, key = find_key(text)
        assert confirmations.is_preapproved(key) is may
        assert not confirmations.is_preapproved(None)


class TestCap:
    def test_bounds_what_is_moved_in_a_day(self, dora):
        row, _ = make_key(dora, "transfer", spend_cap_usd=Decimal("10.00"))
        with transaction.atomic():
            api_keys.spend(key_id=row.pk, usd=Decimal("6"))
        with pytest.raises(SpendCapExceeded) as refused, transaction.atomic():
            api_keys.spend(key_id=row.pk, usd=Decimal("4.000000000000000001"))
        assert refused.value.members["remaining_usd"] == "4.00"
        assert ApiKeySpend.objects.filter(api_key=row).count() == 1
        with transaction.atomic():
            api_keys.spend(key_id=row.pk, usd=Decimal("4"))

    def test_forgets_after_a_day(self, committed_db):
        user = with_factor(make_customer("dora"))
        row, _ = make_key(user, "transfer", spend_cap_usd=Decimal(10))
        with transaction.atomic():
            api_keys.spend(key_id=row.pk, usd=Decimal(10))
        with as_owner(autocommit=True) as owner:
            owner.execute(
                "UPDATE users_apikeyspend SET spent_at = spent_at - interval '24 hours'"
                " WHERE api_key_id = %s",
                [row.pk],
            )
        with transaction.atomic():
            api_keys.spend(key_id=row.pk, usd=Decimal(10))

    def test_counts_nothing_for_a_key_without_one(self, dora):
        row, _ = make_key(dora)
        with transaction.atomic():
            api_keys.spend(key_id=row.pk, usd=Decimal(10**9))
        assert not ApiKeySpend.objects.filter(api_key=row).exists()

    @pytest.mark.parametrize("cap", [Decimal(0), Decimal(-1)])
    def test_is_more_than_nothing(self, dora, cap):
        with pytest.raises(AmountInvalid):
            make_key(dora, spend_cap_usd=cap)
