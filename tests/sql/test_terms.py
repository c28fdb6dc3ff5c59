"""Prices, fees, limits and destinations stay as they are, for the owner of the tables too."""

import psycopg
import pytest

from tests.sessions import as_owner

ROWS = {
    "wallets_price": "INSERT INTO wallets_price (currency_id, usd, source, priced_at)"
    " VALUES ('CZK', 1, 'test', now())",
    "wallets_fee": "INSERT INTO wallets_fee (operation, bps) VALUES ('p2p', 1)",
    "wallets_limit": "INSERT INTO wallets_limit (name, maximum, reason)"
    " VALUES ('volume_24h', 5, '')",
    "wallets_destination": "INSERT INTO wallets_destination (public_id, customer_id, label,"
    " currency_id, network, address, fingerprint, masked, is_own, active_from)"
    " SELECT uuidv7(), id, 'x', 'BTC', 'bitcoin', '', '', 'x', false, now() FROM person",
}
CHANGES = {
    "wallets_price": "usd = usd + 1",
    "wallets_fee": "bps = bps + 1",
    "wallets_limit": "maximum = maximum + 1",
    "wallets_destination": "active_from = now() - interval '1 day'",
}
PERSON = (
    "WITH person AS (INSERT INTO users_user (id, email, password, name, is_superuser, is_active,"
    " is_staff, date_joined) VALUES (gen_random_uuid(), 'terms@example.com', '', '', false, true,"
    " false, now()) RETURNING id) "
)


@pytest.fixture
def owner(committed_db):
    """Give the owner's session, with a row in each table that is never committed."""
    with as_owner() as session:
        for statement in ROWS.values():
            session.execute((PERSON if "person" in statement else "") + statement)
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a TRUNCATE does not wait for them
        yield session
        session.rollback()


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("how", ["UPDATE {0} SET {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_even_the_owner_is_refused(owner, table, how):
    assert owner.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= 1
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(how.format(table, CHANGES[table]))
    assert refused.value.sqlstate == "LG011"
