"""Fees and limits: who sets one writes a row and an audit event; what cannot be writes nothing."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from coinhub.core.actor import Actor
from coinhub.core.errors import AmountInvalid
from coinhub.events.models import AuditEvent
from tests.conftest import make_customer, make_staff
from wallets.models import Fee, Limit
from wallets.policies import terms as policy
from wallets.policies.terms import TermsInvalid
from wallets.selectors.currencies import CurrencyUnknown
from wallets.services import terms

pytestmark = pytest.mark.django_db
FEE = {"operation": "withdrawal", "currency": "BTC", "fixed": "0.0001", "bps": 5}
LIMIT = {"name": "volume_24h", "tier": 1, "maximum": "20000"}


def in_days(days):
    return (timezone.now() + timedelta(days=days)).isoformat()


def exception(**members):
    own = {"name": "volume_24h", "maximum": "20000", "reason": "asked by phone"}
    return own | {"customer": str(make_customer().pk), "expires_at": in_days(30)} | members


@pytest.fixture
def maker():
    user = make_staff("maker", "operations")
    return Actor(kind="staff", user_id=user.pk, request_id="r-1", address="192.0.2.1")


def written():
    return Fee.objects.count(), Limit.objects.count(), AuditEvent.objects.count()


class TestSetting:
    def test_a_fee_writes_the_row_and_who_did_it(self, maker):
        row = terms.set_fee(payload=FEE, actor=maker)
        assert (row.operation, row.currency_id, row.bps) == ("withdrawal", "BTC", 5)
        assert (row.fixed, row.minimum, row.maximum) == (Decimal("0.0001"), 0, None)
        assert row.created_by_id == maker.user_id
        event = AuditEvent.objects.get(action="fee.set", object_id=str(row.pk))
        assert (event.actor_id, event.before) == (maker.user_id, None)
        assert (event.after["bps"], event.after["currency"]) == (5, "BTC")

    def test_a_limit_writes_the_row_and_what_counted_before(self, maker):
        terms.set_limit(payload=LIMIT, actor=maker)
        row = terms.set_limit(payload=LIMIT | {"maximum": "30000"}, actor=maker)
        event = AuditEvent.objects.get(action="limit.set", object_id=str(row.pk))
        assert Decimal(event.before["maximum"]) == 20_000
        assert Decimal(event.after["maximum"]) == 30_000
        assert (event.after["tier"], event.after["customer"]) == (1, None)

    def test_an_exception_keeps_customer_end_and_reason(self, maker):
        payload = exception()
        row = terms.set_limit(payload=payload, actor=maker)
        assert (str(row.customer_id), row.reason) == (payload["customer"], "asked by phone")
        assert row.expires_at.isoformat() == payload["expires_at"]

    def test_a_moment_that_is_past_means_from_now_on(self, maker):
        row = terms.set_fee(payload=FEE | {"valid_from": in_days(-10)}, actor=maker)
        assert timezone.now() - row.valid_from < timedelta(minutes=5)

    def test_undone_with_the_callers_transaction(self, maker):
        before = written()
        with transaction.atomic():
            terms.set_fee(payload=FEE, actor=maker)
            terms.set_limit(payload=LIMIT, actor=maker)
            transaction.set_rollback(True)
        assert written() == before

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"operation": "gift"}, "operation"),
            ({"operation": None}, "operation"),
            ({"bps": -1}, "bps"),
            ({"bps": 10_001}, "bps"),
            ({"bps": "5"}, "bps"),
            ({"bps": True}, "bps"),
            ({"currency": None}, "currency"),
            ({"currency": None, "fixed": "0", "maximum": "1"}, "currency"),
            ({"minimum": "2", "maximum": "1"}, "maximum"),
            ({"valid_from": "tomorrow"}, "valid_from"),
            ({"valid_from": "2026-05-31T12:00:00"}, "valid_from"),
            ({"discount": "1"}, "discount"),
        ],
    )
    def test_a_fee_that_cannot_be_is_refused(self, maker, change, field):
        before = written()
        with pytest.raises(TermsInvalid) as refused:
            terms.set_fee(payload=FEE | change, actor=maker)
        assert refused.value.members == {"field": field}
        assert written() == before

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            ({"fixed": "0.000000001"}, AmountInvalid),
            ({"fixed": "-1"}, AmountInvalid),
            ({"fixed": 0.1}, AmountInvalid),
            ({"maximum": "NaN"}, AmountInvalid),
            ({"currency": "XYZ"}, CurrencyUnknown),
        ],
    )
    def test_amounts_of_a_fee_are_read_by_the_rules_of_money(self, maker, change, kind):
        before = written()
        with pytest.raises(kind):
            terms.set_fee(payload=FEE | change, actor=maker)
        assert written() == before

    @pytest.mark.parametrize(
        ("payload", "field"),
        [
            (lambda: LIMIT | {"name": "speed"}, "name"),
            (lambda: LIMIT | {"tier": 3}, "tier"),
            (lambda: LIMIT | {"tier": True}, "tier"),
            (lambda: LIMIT | {"expires_at": in_days(3)}, "expires_at"),
            (lambda: exception(tier=1), "tier"),
            (lambda: exception(customer=str(uuid.uuid4())), "customer"),
            (lambda: exception(customer="alice"), "customer"),
            (lambda: exception(customer=str(make_staff("x").pk)), "customer"),
            (lambda: exception(expires_at=None), "expires_at"),
            (lambda: exception(expires_at=in_days(-1)), "expires_at"),
            (lambda: exception(expires_at=in_days(91)), "expires_at"),
            (lambda: exception(reason="because"), "reason"),
            (lambda: exception(reason=" " * 20), "reason"),
        ],
    )
    def test_a_limit_that_cannot_be_is_refused(self, maker, payload, field):
        made = payload()
        before = written()
        with pytest.raises(TermsInvalid) as refused:
            terms.set_limit(payload=made, actor=maker)
        assert refused.value.members == {"field": field}
        assert written() == before

    @pytest.mark.parametrize(
        ("name", "maximum"), [("volume_24h", "-1"), ("volume_24h", ""), ("payments_1h", "1.5")]
    )
    def test_the_figure_of_a_limit_is_read_by_the_rules_of_money(self, maker, name, maximum):
        before = written()
        with pytest.raises(AmountInvalid):
            terms.set_limit(payload={"name": name, "maximum": maximum}, actor=maker)
        assert written() == before

    def test_exceptions_in_force_are_bounded(self, maker, monkeypatch):
        in_force = Limit.objects.filter(expires_at__gt=timezone.now()).count()
        monkeypatch.setattr(policy, "MOST_EXCEPTIONS", in_force + 1)
        terms.set_limit(payload=exception(), actor=maker)
        payload = exception()
        before = written()
        with pytest.raises(TermsInvalid, match="too many"):
            terms.set_limit(payload=payload, actor=maker)
        assert written() == before


class TestRows:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE wallets_fee SET bps = 0",
            "DELETE FROM wallets_fee",
            "UPDATE wallets_limit SET maximum = 1",
            "DELETE FROM wallets_limit",
            "INSERT INTO wallets_fee (operation, bps) VALUES ('transfer', 10001)",
            "INSERT INTO wallets_fee (operation, fixed) VALUES ('transfer', 1)",
            "INSERT INTO wallets_fee (operation, currency_id, fixed) VALUES ('swap', 'BTC', -1)",
            "INSERT INTO wallets_fee (operation, currency_id, fixed) VALUES ('swap', 'BTC', 'NaN')",
            "INSERT INTO wallets_limit (name, maximum, reason) VALUES ('volume_24h', 'NaN', '')",
            "INSERT INTO wallets_limit (name, maximum, reason) VALUES ('volume_24h', -1, '')",
            "INSERT INTO wallets_limit (name, maximum, reason) VALUES ('speed', 1, '')",
            "INSERT INTO wallets_limit (name, maximum, tier, reason)"
            " VALUES ('volume_24h', 1, 3, '')",
            "INSERT INTO wallets_limit (name, maximum, reason, customer_id, expires_at)"
            " SELECT 'volume_24h', 1, 'a good reason', id, now() + interval '91 days'"
            " FROM users_user",
            "INSERT INTO wallets_limit (name, maximum, reason, customer_id, expires_at)"
            " SELECT 'volume_24h', 1, 'short', id, now() + interval '9 days' FROM users_user",
        ],
    )
    def test_the_database_refuses(self, maker, statement):
        fee = terms.set_fee(payload=FEE, actor=maker)
        limit = terms.set_limit(payload=LIMIT, actor=maker)
        before = written()
        with pytest.raises(DatabaseError, match="denied|violates"):  # noqa: SIM117
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert written() == before
        fee.refresh_from_db()
        limit.refresh_from_db()
        assert (fee.bps, limit.maximum) == (5, 20_000)
