"""An installation with cases is brought to the next form of identity, and back if nobody asks."""

from uuid import UUID, uuid4

import psycopg
import pytest

from tests.wallets.test_folding_begins import address, manage

__all__ = ["address"]
pytestmark = pytest.mark.slow
STANDING = "SELECT state, status, tier FROM kyc_case ORDER BY id"


def take_over(owner: psycopg.Connection, state: str, tier: int) -> None:
    """Make a customer and a case at a state, as the triggers want it."""
    customer: UUID = uuid4()
    columns = owner.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = 'users_user' AND is_nullable = 'NO' AND column_default IS NULL"
        " AND is_identity = 'NO'"
    ).fetchall()
    plain = {"uuid": customer, "boolean": False, "timestamp with time zone": "2026-01-01"}
    said = {name: plain.get(kind, 0 if "int" in kind else "") for name, kind in columns}
    said |= {"id": customer, "email": f"{customer}@example.com"}
    names, places = ", ".join(said), ", ".join(["%s"] * len(said))
    owner.execute(f"INSERT INTO users_user ({names}) VALUES ({places})", [*said.values()])  # noqa: S608
    (case,) = owner.execute(
        "INSERT INTO kyc_case (customer_id, state, tier, version) VALUES (%s, 'not_started', 0, 0)"
        " RETURNING id",
        [customer],
    ).fetchone()
    owner.execute(
        "INSERT INTO kyc_decision (case_id, version, event, from_state, to_state, tier, reason,"
        " note, documents) VALUES (%s, 1, 'take_over', 'not_started', %s, %s, '', '', '{}')",
        [case, state, tier],
    )
    owner.execute(
        "UPDATE kyc_case SET state = %s, tier = %s, version = 1 WHERE id = %s", [state, tier, case]
    )


def test_cases_stand_as_before_after_each_way(address: str) -> None:
    manage(address, "migrate", "kyc", "0003", "--database", "owner", "-v0")
    expected = [
        ("approved", "approved", 1),
        ("approved", "approved", 2),
        ("submitted", "pending", 0),
        ("rejected", "rejected", 0),
    ]
    with psycopg.connect(address) as owner:
        for state, _, tier in expected:
            take_over(owner, state, tier)
        assert owner.execute(STANDING).fetchall() == expected
    for target in ("0004", "0003", "0002", "0004"):
        manage(address, "migrate", "kyc", target, "--database", "owner", "-v0")
        with psycopg.connect(address) as owner:
            assert owner.execute(STANDING).fetchall() == expected, target
