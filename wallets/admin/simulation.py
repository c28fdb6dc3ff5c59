"""What a reversal would do now: who loses what, what is short, where it went since."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from coinhub.core.admin import Column, Section, page_of
from coinhub.core.money import CONTEXT
from wallets.admin.columns import drawn, wallet_page
from wallets.models import Transaction
from wallets.policies import reversals as policy
from wallets.policies.reversals import Simulation


def sections(row: Transaction, form: Any) -> Sequence[Section]:
    """Show the simulation for what stands in the form."""
    seen = policy.simulate(row, form.wanted, fee_policy=form.terms.fee_policy)
    return [_standing(row, seen), _choices(row, seen), _went(seen)]


def _standing(row: Transaction, seen: Simulation) -> Section:
    standing = seen.standing
    lines: list[tuple[str, Any]] = [
        ("Gives", wallet_page(row.payee_wallet)),
        ("Gets", wallet_page(row.payer_wallet)),
        ("Amount", drawn(seen.plan.amount, row)),
        ("Left of the original", drawn(seen.left, row)),
    ]
    if seen.waits_in_held:
        lines.append(("Taken", "from what still waits in held: nothing can be short"))
    elif row.payee_wallet.code is None:
        aside = policy.to_freeze(row.payee_wallet, seen.plan.amount)
        lines += [
            ("Set aside as soon as you propose", drawn(aside, row)),
            ("The recipient has available", drawn(standing.available, row)),
            ("The recipient's other operations lock", drawn(standing.locked_elsewhere, row)),
            ("Held for the recipient", drawn(standing.held, row)),
        ]
    lines += [
        ("Short by", drawn(seen.plan.short, row)),
        ("Fee that goes back", drawn(seen.plan.fee_refund, row)),
        ("The reserve has", drawn(seen.reserve_available, row)),
    ]
    return Section("What it would do now", (Column("What"), Column("Is")), lines)


def _choices(row: Transaction, seen: Simulation) -> Section:
    """Say what comes of each policy for missing money."""
    plan, given = seen.plan, CONTEXT.subtract(seen.plan.amount, seen.plan.short)
    nothing = Decimal(0)
    fails = bool(plan.short)
    reserve_is_short = plan.short > seen.reserve_available
    covered = nothing if reserve_is_short else plan.short
    outcomes = (
        ("do nothing", nothing if fails else given, nothing, fails, "refused: money is short"),
        ("the reserve covers", given, covered, reserve_is_short, "refused: the reserve is short"),
    )
    return Section(
        title="If money is short",
        columns=(
            Column("Choice"),
            Column("The recipient gives", is_number=True),
            Column("The reserve gives", is_number=True),
            Column("The payer gets", is_number=True),
            Column("Outcome"),
        ),
        rows=[
            (
                choice,
                drawn(nothing if is_refused else gives, row),
                drawn(pays, row),
                drawn(nothing if is_refused else CONTEXT.add(gives, pays), row),
                why if is_refused else "done",
            )
            for choice, gives, pays, is_refused, why in outcomes
        ],
    )


def _went(seen: Simulation) -> Section:
    return Section(
        title="What went out of the recipient's wallet since",
        columns=(
            Column("Transaction"),
            Column("Amount", is_number=True),
            Column("To"),
            Column("State"),
            Column("When"),
        ),
        rows=[
            (
                page_of(txn, txn.type),
                drawn(txn.amount, txn),
                wallet_page(txn.payee_wallet),
                txn.state.replace("_", " "),
                txn.created_at,
            )
            for txn in seen.standing.went_to
        ],
        empty="Nothing.",
    )
