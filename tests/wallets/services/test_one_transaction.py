"""Everything an operation writes is committed together (A-08)."""

from collections import Counter
from decimal import Decimal
from uuid import uuid4

from django.db import connection

from coinhub.core.money import Money
from wallets.ledger.request import Answer, MoneyRequest
from wallets.services import holds, payments, transfers

OPERATIONS = 50  # of each kind

# The ids of the database transactions that wrote the rows of one operation's first step.
WRITERS = """
SELECT t.id, t.type, t.xact_id::text, j.xact_id::text, k.xact_id::text, h.xact_id::text,
       a.xact_id::text, o.xact_id::text
  FROM wallets_transaction AS t
  JOIN wallets_journal AS j ON j.transaction_id = t.id AND j.transition_key = 'book'
  JOIN wallets_idempotencykey AS k ON k.transaction_id = t.id
  LEFT JOIN wallets_hold AS h ON h.transaction_id = t.id
  JOIN events_auditevent AS a ON a.object_id = t.public_id::text
  JOIN events_outboxevent AS o ON o.object_id = t.public_id::text
 WHERE k.caller = %s
"""


def test_the_rows_of_an_operation_carry_one_transaction_id(new_wallet, actor):
    payer, payee, carol = new_wallet(funded="100"), new_wallet(), new_wallet(kyc="pending")
    caller, penny = uuid4(), Money(Decimal("0.01"), "GBP")

    def named() -> MoneyRequest:
        return MoneyRequest(caller, f"key-{uuid4()}", bytes(32), lambda txn: Answer(201, "{}"))

    for _ in range(OPERATIONS):
        payments.credit(payee=payer, amount=penny, actor=actor, request=named())
        payments.debit(payer=payer, amount=penny, actor=actor, request=named())
        for to in (payee, carol):
            transfers.transfer(payer=payer, payee=to, amount=penny, actor=actor, request=named())
        holds.place_hold(
            payer=payer,
            payee=payee,
            amount=penny,
            purpose="card_auth",
            actor=actor,
            request=named(),
        )
    with connection.cursor() as cursor:
        cursor.execute(WRITERS, [caller])
        rows = cursor.fetchall()
    kinds = Counter(row[1] for row in rows)
    assert kinds == {
        "deposit": OPERATIONS,
        "withdrawal": OPERATIONS,
        "transfer": 2 * OPERATIONS,
        "hold": OPERATIONS,
    }
    for row in rows:
        assert len({written for written in row[2:] if written is not None}) == 1, row
    assert len({row[2] for row in rows}) == len(rows), "each operation is a transaction of its own"
