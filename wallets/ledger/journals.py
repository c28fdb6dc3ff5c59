"""A further journal of an operation that changes no state: what it cost the house, for one."""

import json

from coinhub.core.db import require_transaction
from wallets.ledger.drafts import Leg
from wallets.ledger.posting import call, leg_parameters
from wallets.models import Transaction

POST_JOURNAL = """
SELECT journal_id FROM post_journal_v1(
    %s::smallint, %s::bigint, %s::text, %s::text,
    %s::bigint[], %s::smallint[], %s::text[], %s::numeric[], NULL::date, %s::jsonb)
"""


def post(
    transaction: Transaction, *, kind: str, legs: tuple[Leg, ...], category: str, key: str = ""
) -> int:
    """Book one more journal of an operation, on available balances, and give its id.

    ``category`` says for what the house pays; ``key`` names the step, ``kind`` when not given.

    Atomic: needs the caller's transaction.
    Repeat: refused: each step of an operation is booked once, ever.
    Writes: Journal with Postings.
    Raises: StepBookedAlready, InsufficientFunds.
    """
    require_transaction()
    parameters = [transaction.shard, transaction.pk, kind, key or kind, *leg_parameters(legs)]
    journal_id: int = call(POST_JOURNAL, [*parameters, json.dumps({"category": category})])[0]
    return journal_id
