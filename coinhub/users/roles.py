"""Roles of staff: groups, and who is what."""

from coinhub.users.models import User

OPERATIONS = "operations"
KYC = "kyc"
AUDITOR = "auditor"
GROUPS = (OPERATIONS, KYC, AUDITOR)

# What the back office shows: view of each, nothing else. The database refuses more anyway.
IDENTITY = ("users.user", "kyc.case")
EVERYTHING = (
    *IDENTITY,
    "approvals.approval",
    "auth.group",
    "events.auditevent",
    "events.outboxevent",
    "integrity.finding",
    "integrity.run",
    "wallets.currency",
    "wallets.destination",
    "wallets.fee",
    "wallets.freeze",
    "wallets.hold",
    "wallets.idempotencykey",
    "wallets.journal",
    "wallets.limit",
    "wallets.posting",
    "wallets.price",
    "wallets.receipt",
    "wallets.stop",
    "wallets.transaction",
    "wallets.wallet",
    "wallets.withdrawal",
)
VIEWS: dict[str, tuple[str, ...]] = {OPERATIONS: EVERYTHING, KYC: IDENTITY, AUDITOR: EVERYTHING}
MORE: dict[str, tuple[str, ...]] = {
    OPERATIONS: (
        "approvals.propose_reversal",
        "approvals.approve_reversal",
        "approvals.propose_adjustment",
        "approvals.approve_adjustment",
        "approvals.propose_deposit_return",
        "approvals.approve_deposit_return",
        "approvals.propose_unfreeze",
        "approvals.approve_unfreeze",
        "approvals.propose_thaw_wallet",
        "approvals.approve_thaw_wallet",
        "approvals.propose_lift_stop",
        "approvals.approve_lift_stop",
        "wallets.add_currency",
        "wallets.change_currency",
        "wallets.add_freeze",
        "wallets.add_stop",
        "wallets.change_withdrawal",
        "approvals.propose_fee",
        "approvals.approve_fee",
        "approvals.propose_limit",
        "approvals.approve_limit",
        "approvals.propose_role",
        "approvals.approve_role",
        "approvals.propose_unlock",
        "approvals.approve_unlock",
        "approvals.propose_factor_reset",
        "approvals.approve_factor_reset",
        "approvals.propose_kyc_block",
        "approvals.approve_kyc_approval",
        "approvals.approve_kyc_block",
        "approvals.approve_kyc_unblock",
    ),
    KYC: (
        "approvals.propose_kyc_approval",
        "approvals.propose_kyc_block",
        "approvals.propose_kyc_unblock",
    ),
}


def permissions_of(group: str) -> set[str]:
    """List the permissions of a role, as ``app.codename``."""
    views = {name.replace(".", ".view_") for name in VIEWS.get(group, ())}
    return views | set(MORE.get(group, ()))


def is_in(user: User, *groups: str) -> bool:
    """Say whether an active member of staff has one of the roles; a superuser has them all."""
    if not user.is_active or not user.is_staff:
        return False
    return user.is_superuser or user.groups.filter(name__in=groups).exists()
