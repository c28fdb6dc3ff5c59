"""How often a caller may call: exact, shared, whatever becomes of Valkey."""

import os
import re
import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.db import close_old_connections, connection, connections

from coinhub.api import limits, windows
from coinhub.api.limits import RATES, WINDOW_S
from coinhub.core.embedded import throwaway
from coinhub.users.services import rate_windows
from tests.api_client import Caller, new_key
from tests.coinhub.api.test_problems import require_problem
from tests.conftest import make_customer, wallet_of
from tests.sessions import as_owner

POLICY = re.compile(r'"[a-z-]+";q=[1-9][0-9]*;w=60\Z')
STANDING = re.compile(r'"[a-z-]+";r=(0|[1-9][0-9]*);t=([1-9][0-9]*)\Z')


@pytest.fixture(autouse=True)
def _limited(settings):
    settings.RATE_LIMITS = True


@pytest.fixture
def valkey():
    """Give a Valkey of one's own, to be stopped, wiped and slowed."""
    with throwaway.running(postgres=False) as (_, servers):
        yield servers.valkey


@pytest.fixture
def fast(valkey, settings):
    settings.CACHES = {**settings.CACHES, "fast": {"LOCATION": f"{valkey.url}?db=1"}}
    return windows.valkey()


def address():
    """Give an address that nobody used before."""
    return f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"


def take(name="money", account=None, where=None):
    return limits.take(name, account=account, address=where or address())


def at_once(count, call):
    """Call from many threads at the same moment; give the answers."""
    gate = threading.Barrier(count)

    def wait_and_call(_):
        close_old_connections()
        gate.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_call, range(count)))


def let_pass(seconds, key_part):
    """Let time pass for windows, by moving what they remember back."""
    with as_owner(autocommit=True) as owner:
        owner.execute(
            "UPDATE users_ratewindow SET hits = ARRAY(SELECT h - make_interval(secs => %s)"
            " FROM unnest(hits) AS h) WHERE key LIKE %s",
            [seconds, f"{key_part}%"],
        )


@pytest.mark.django_db
class TestWindow:
    def test_lets_exactly_as_many_through_as_the_rate_says(self):
        account = uuid.uuid4()
        standings = [take(account=account) for _ in range(25)]
        assert [standing.taken for standing in standings] == [True] * 20 + [False] * 5
        assert [standing.left for standing in standings[:20]] == list(range(19, -1, -1))
        assert {standing.policy for standing in standings} == {"money"}

    def test_accounts_and_rates_do_not_share(self):
        account = uuid.uuid4()
        for _ in range(20):
            take(account=account)
        assert not take(account=account).taken
        assert take(account=uuid.uuid4()).taken
        assert take("login", account=account).taken

    def test_many_accounts_from_one_address_meet_its_wider_limit(self):
        where = address()
        for _ in range(200):
            assert take(account=uuid.uuid4(), where=where).taken
        standing = take(account=uuid.uuid4(), where=where)
        assert (standing.taken, standing.policy, standing.most) == (False, "money-address", 200)

    def test_the_addresses_of_one_line_count_together(self):
        for _ in range(50):
            assert take("login", where=f"2001:db8:7:7::{uuid.uuid4().hex[:4]}").taken
        assert not take("login", where="2001:db8:7:7:ffff::1").taken
        assert take("login", where="2001:db8:7:8::1").taken

    def test_an_ipv4_address_is_the_same_however_it_is_written(self):
        for where in ("198.51.100.9", "::ffff:198.51.100.9") * 25:
            assert take("login", where=where).taken
        assert not take("login", where="198.51.100.9").taken
        assert take("login", where="::ffff:198.51.100.10").taken

    def test_a_refused_call_is_not_counted_anywhere(self):
        account, where = uuid.uuid4(), address()
        for _ in range(60):
            take(account=account, where=where)
        assert take(where=where).left == 200 - 20 - 1

    def test_an_unknown_address_is_one_of_its_own(self):
        assert limits.take("login", account=None, address=None).policy == "login-address"

    def test_is_not_counted_where_limits_are_switched_off(self, settings):
        settings.RATE_LIMITS = False
        assert take(account=uuid.uuid4()) is None

    def test_forgets_what_nobody_used_for_a_day(self):
        old, recent = f"old:{uuid.uuid4()}", f"new:{uuid.uuid4()}"
        rate_windows.take([old, recent], [5, 5], WINDOW_S)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE users_ratewindow SET hits = ARRAY[now() - interval '25 hours']"
                " WHERE key = %s",
                [old],
            )
            assert rate_windows.forget_old() >= 1
            cursor.execute("SELECT key FROM users_ratewindow WHERE key = ANY (%s)", [[old, recent]])
            assert cursor.fetchall() == [(recent,)]


class TestTime:
    def test_a_caller_who_waits_as_long_as_told_is_let_through(self, committed_db):
        account = uuid.uuid4()
        for _ in range(20):
            while (standing := take(account=account)).taken:
                pass
            assert 1 <= standing.wait_s <= WINDOW_S
            let_pass(standing.wait_s, "money:")
            assert take(account=account).taken

    def test_the_window_slides(self, committed_db):
        account, where = uuid.uuid4(), address()
        for _ in range(10):
            take(account=account, where=where)
        let_pass(50, "money:")
        for _ in range(10):
            assert take(account=account, where=where).taken
        assert 1 <= take(account=account, where=where).wait_s <= 10
        let_pass(10, "money:")
        standings = [take(account=account, where=where) for _ in range(11)]
        assert [standing.taken for standing in standings] == [True] * 10 + [False]


class TestTogether:
    def test_a_hundred_at_once_are_exactly_twenty_in_postgresql(self, committed_db):
        account = uuid.uuid4()
        standings = at_once(100, lambda: take(account=account))
        assert sum(standing.taken for standing in standings) == 20

    def test_a_hundred_at_once_are_exactly_twenty_payments(self, committed_db):
        payer, payee = make_customer("payer"), make_customer("payee")
        wallet = wallet_of(payer, funded="100.00")
        headers = Caller(payer).headers
        body = {"to": payee.email, "amount": "1.00", "currency": "GBP"}

        def pay():
            caller = Caller()
            caller.headers = {**headers, "X-Forwarded-For": address()}
            return caller.post("transfer", body, key=new_key()).status_code

        codes = sum(at_once(25, lambda: [pay() for _ in range(4)]), [])
        assert len(codes) == 100
        assert set(codes) <= {201, 429, 503}  # 503: let through, and then too busy to be booked
        assert codes.count(429) == 80
        wallet.refresh_from_db()
        assert wallet.available == 100 - codes.count(201)

    def test_keys_in_another_order_do_not_block_each_other(self, committed_db):
        keys = [f"order:{uuid.uuid4()}" for _ in range(2)]
        turns = [keys, keys[::-1]] * 10
        rooms = at_once(20, lambda: rate_windows.take(turns.pop(), [7, 7], WINDOW_S))
        assert sum(room[0].taken for room in rooms) == 7


class TestValkey:
    def test_counts_reads_exactly(self, committed_db, fast):
        account = uuid.uuid4()
        standings = at_once(40, lambda: [take("reads", account=account) for _ in range(4)])
        assert sum(s.taken for each in standings for s in each) == 100
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM users_ratewindow WHERE key LIKE 'reads:%%'")
            assert cursor.fetchone() == (0,)

    def test_says_the_same_as_postgresql(self, db, fast):
        for most in ([3, 5], [5, 3], [2, 2]):
            keys = [f"same:{uuid.uuid4()}", f"same:{uuid.uuid4()}"]
            for _ in range(5):
                ours = rate_windows.take(keys, most, WINDOW_S)
                theirs = fast.take(keys, most, WINDOW_S)
                for one, other in zip(ours, theirs, strict=True):
                    assert (one.taken, one.remaining) == (other.taken, other.remaining)
                    assert abs(one.wait_s - other.wait_s) < 1

    def test_slides(self, fast):
        first = fast.take(["slide"], [2], 1)
        time.sleep(0.5)
        fast.take(["slide"], [2], 1)
        refused = fast.take(["slide"], [2], 1)[0]
        assert (first[0].taken, refused.taken, refused.remaining) == (True, False, 0)
        assert 0 < refused.wait_s <= 0.5
        time.sleep(refused.wait_s)
        assert fast.take(["slide"], [2], 1)[0].taken

    @pytest.mark.parametrize("how", ["stopped", "slow"])
    def test_a_dead_or_slow_one_costs_one_short_wait_and_nobody_a_limit(
        self, committed_db, valkey, fast, how
    ):
        account = uuid.uuid4()
        take("reads", account=account)
        os.kill(valkey.process.pid, signal.SIGSTOP if how == "slow" else signal.SIGKILL)
        try:
            begun = time.monotonic()
            standings = [take("reads", account=account) for _ in range(110)]
            first_s = time.monotonic() - begun
            assert [s.taken for s in standings] == [True] * 100 + [False] * 10
            begun = time.monotonic()
            assert windows.valkey().take(["x"], [1], WINDOW_S) is None
            assert time.monotonic() - begun < 0.005
            assert first_s < 110 * 0.05
        finally:
            if how == "slow":
                os.kill(valkey.process.pid, signal.SIGCONT)

    def test_one_failing_call_waits_less_than_a_tenth_of_a_second(self, valkey, fast):
        fast.take(["x"], [1], WINDOW_S)
        os.kill(valkey.process.pid, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            assert fast.take(["x"], [1], WINDOW_S) is None
            assert time.monotonic() - begun < 0.1
        finally:
            os.kill(valkey.process.pid, signal.SIGCONT)

    def test_is_used_again_when_it_is_back(self, valkey, fast, monkeypatch):
        monkeypatch.setattr(windows, "PAUSE_S", 0.2)
        os.kill(valkey.process.pid, signal.SIGSTOP)
        assert fast.take(["x"], [1], WINDOW_S) is None
        os.kill(valkey.process.pid, signal.SIGCONT)
        assert fast.take(["x"], [1], WINDOW_S) is None
        time.sleep(0.3)
        assert fast.take(["y"], [1], WINDOW_S) is not None

    def test_money_is_exact_while_it_is_wiped_slow_and_gone(self, committed_db, valkey, fast):
        account = uuid.uuid4()
        client = redis.Redis.from_url(valkey.url)
        standings = [take(account=account) for _ in range(5)]
        client.flushall()
        standings += [take(account=account) for _ in range(5)]
        os.kill(valkey.process.pid, signal.SIGSTOP)
        standings += at_once(30, lambda: take(account=account))
        os.kill(valkey.process.pid, signal.SIGKILL)
        standings += at_once(30, lambda: take(account=account))
        assert sum(standing.taken for standing in standings) == 20

    def test_wiping_it_forgets_a_minute_of_reads_at_most(self, db, valkey, fast):
        account = uuid.uuid4()
        for _ in range(100):
            take("reads", account=account)
        assert not take("reads", account=account).taken
        redis.Redis.from_url(valkey.url).flushall()
        assert take("reads", account=account).taken


@pytest.mark.django_db
class TestAnswers:
    def test_tell_how_many_calls_are_left(self, alice):
        answer = Caller(alice).get("me")
        assert answer.headers["RateLimit-Policy"] == '"reads";q=100;w=60'
        assert re.fullmatch(r'"reads";r=99;t=(59|60)', answer.headers["RateLimit"])

    def test_the_one_too_many_is_a_429_and_moves_nothing(self, alice, bob):
        caller = Caller(alice)
        wallet = wallet_of(alice, funded="100.00")
        body = {"to": bob.email, "amount": "1.00", "currency": "GBP"}
        for _ in range(20):
            assert caller.post("transfer", body).status_code == 201
        answer = caller.post("transfer", body)
        require_problem(answer, 429, "RATE_LIMITED")
        wait = int(answer.headers["Retry-After"])
        assert 1 <= wait <= 60
        assert answer.headers["RateLimit"] == f'"money";r=0;t={wait}'
        wallet.refresh_from_db()
        assert wallet.available == 80
        assert caller.get("me").status_code == 200

    def test_signing_in_is_limited_by_address(self, alice):
        caller = Caller()
        codes = [
            caller.post("auth/token/revoke", {"token": "x"}).status_code
            for _ in range(RATES["login"].most * limits.WIDER + 1)
        ]
        assert codes == [204] * 50 + [429]

    def test_strangers_without_a_token_are_told_so_and_not_counted(self):
        answer = Caller().get("me")
        require_problem(answer, 401, "UNAUTHENTICATED")
        assert "RateLimit" not in answer.headers


class TestPages:
    def test_payments_on_pages_and_by_the_api_count_together(self, committed_db, signed_in):
        alice, bob = make_customer("alice"), make_customer("bob")
        wallet = wallet_of(alice, funded="100.00")
        caller, browser = Caller(alice), signed_in(alice)
        body = {"to": bob.email, "amount": "1.00", "currency": "GBP"}
        for _ in range(19):
            assert caller.post("transfer", body).status_code == 201
        form = {"wallet": str(wallet.public_id), "to": bob.email, "amount": "1.00", "step": "pay"}
        first = browser.post("/send/", {**form, "key": "k" * 32})
        second = browser.post("/send/", {**form, "key": "l" * 32})
        assert (first.status_code, second.status_code) == (302, 429)
        assert 1 <= int(second.headers["Retry-After"]) <= 60
        assert "please wait" in second.content.decode()
        require_problem(caller.post("transfer", body), 429, "RATE_LIMITED")
        wallet.refresh_from_db()
        assert wallet.available == 80


class TestRepeats:
    def test_tell_it_on_refusals_and_repeats_too(self, committed_db):
        alice, bob = make_customer("alice"), make_customer("bob")
        caller = Caller(alice)
        wallet_of(alice, funded="10.00")
        body, key = {"to": bob.email, "amount": "1.00", "currency": "GBP"}, new_key()
        left = []
        for sent in (body, body, {**body, "amount": "x"}, {**body, "amount": "99.00"}):
            answer = caller.post("transfer", sent, key=key if sent is body else new_key())
            assert POLICY.match(answer.headers["RateLimit-Policy"])
            left.append(int(STANDING.match(answer.headers["RateLimit"])[1]))
        assert left == [19, 18, 17, 16]
