"""The rights of the application's role, table by table; applied after every migration.

The application owns nothing. What is not in this list it cannot touch, so a new table needs a line
here (a test compares the list with the catalogue).
"""

from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import sql

READ = "SELECT"
APPEND = "SELECT, INSERT"
ALL = "SELECT, INSERT, UPDATE, DELETE"

TABLES: dict[str, str] = {
    # the ledger: read here, written by its functions
    "wallets_wallet": READ,
    "wallets_journal": READ,
    "wallets_posting": READ,
    "wallets_fold": READ,
    "wallets_hold": READ,
    "wallets_holdcondition": READ,
    "wallets_transaction": READ,
    "wallets_idempotencykey": READ,
    "wallets_stop": "SELECT, INSERT, UPDATE (lifted_by, lifted_at)",
    "wallets_freeze": "SELECT, INSERT, UPDATE (lifted_by, lifted_at)",
    "wallets_allowance": "SELECT, INSERT, UPDATE (failures, paused_until)",
    "wallets_currency": "SELECT, INSERT, UPDATE (name, position)",
    # what payments go by
    "wallets_destination": "SELECT, INSERT, UPDATE (archived_at)",
    "wallets_fee": APPEND,
    "wallets_limit": APPEND,
    "wallets_price": APPEND,
    # what rails tell and are told
    "wallets_receipt": (
        "SELECT, INSERT, UPDATE (customer_id, confirmations, state, transaction_id, settled_at)"
    ),
    "wallets_withdrawal": (
        "SELECT, INSERT, UPDATE (next_at, looks, unclear_since, reported_at, external_ref, cost,"
        " why)"
    ),
    "wallets_withdrawalattempt": "SELECT, INSERT, UPDATE (outcome, said)",
    "events_auditevent": APPEND,
    "events_outboxevent": "SELECT, INSERT, UPDATE (relayed_at, attempts)",
    "approvals_approval": (
        "SELECT, INSERT, UPDATE (state, checker_id, decided_at, comment, result)"
    ),
    # the four relations
    "wallets": READ,
    "crypto_balances": READ,
    "trader_balances": READ,
    "internal_balances": READ,
    # people and identity
    "users_user": "SELECT, INSERT, UPDATE",
    "users_user_groups": ALL,
    "users_user_user_permissions": ALL,
    "users_accesstoken": ALL,
    "users_refreshtoken": ALL,
    "users_usedcode": APPEND,
    "users_recoverycode": ALL,
    "users_factorlock": "SELECT, INSERT, UPDATE",
    "users_factortries": ALL,
    "users_trybudget": ALL,
    "users_apikey": "SELECT, INSERT, UPDATE (last_used_at, revoked_at, suspended_at)",
    "users_apikeyspend": APPEND,
    "users_confirmation": ("SELECT, INSERT, DELETE, UPDATE (confirmed_at, method, used_key)"),
    "users_ratewindow": "SELECT, UPDATE, DELETE",
    "kyc_case": "SELECT, INSERT, UPDATE (state, version, tier, wanted_tier, attempts, submitted_at,"
    " decided_at, reviewer_id, lease_until, restart_from)",
    "kyc_decision": APPEND,
    "kyc_details": "SELECT, INSERT, UPDATE",
    "kyc_document": "SELECT, INSERT, UPDATE (submitted_at, replaced_at)",
    "kyc_documentfile": "SELECT, INSERT, DELETE",
    # integrity
    "integrity_run": APPEND,
    "integrity_finding": APPEND,
    # the framework
    "account_emailaddress": ALL,
    "account_emailconfirmation": ALL,
    "auth_group": ALL,
    "auth_group_permissions": ALL,
    "auth_permission": READ,
    "coinhub_cache": ALL,
    "django_admin_log": APPEND,
    "django_content_type": READ,
    "django_migrations": READ,
    "django_session": ALL,
    "mfa_authenticator": ALL,
    "usersessions_usersession": ALL,
}

# The doors: SECURITY DEFINER functions the application may call, and plain reads.
FUNCTIONS: set[str] = {
    "post_journal_v1",
    "book_transaction_v2",
    "book_step_v2",
    "hold_condition_v1",
    "lock_transactions_v1",
    "keep_answer_v1",
    "empty_answers_v1",
    "open_wallet_v2",
    "fold_wallet_v1",
    "set_wallet_state_v1",
    "repair_wallet_v2",
    "wallet_seq_at_v1",
    "ledger_shard",
    "rate_take_v1",
}


def application_role() -> str:
    """Name the role the application signs in with."""
    return str(settings.DATABASES["default"]["USER"])


def apply_after_migration(using: str, **_signal: Any) -> None:
    """Set the application's rights when the owner has migrated its database."""
    if using == "owner":
        apply(using)


def apply(using: str) -> None:
    """Take all rights on the schema from everybody and grant the application those listed.

    Atomic: opens its own transaction, so that the application never finds itself without rights.
    Repeat: the same rights.
    Writes: the catalogue only.
    """
    role = sql.Identifier(application_role())
    steps = [
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}").format(role),
        sql.SQL("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {}").format(role),
        sql.SQL("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, {}").format(role),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(role),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role),
        # Not "IN SCHEMA public": rights given to a schema add to the general ones, they take none.
        sql.SQL("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"),
    ]
    with connections[using].cursor() as cursor:
        present = _present(cursor)
        steps += [
            sql.SQL("GRANT {} ON {} TO {}").format(
                sql.SQL(rights),  # from the list above, not from input
                sql.Identifier(table),
                role,
            )
            for table, rights in TABLES.items()
            if table in present["tables"]
        ]
        steps += [
            sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(
                sql.SQL(signature),  # from the catalogue
                role,
            )
            for name, signature in present["functions"]
            if name in FUNCTIONS
        ]
        cursor.execute("BEGIN")
        for step in steps:
            cursor.execute(step)
        cursor.execute("COMMIT")


def _present(cursor: Any) -> dict[str, Any]:
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
    tables = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        "SELECT proname, oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
    )
    return {"tables": tables, "functions": cursor.fetchall()}
