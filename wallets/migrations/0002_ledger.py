"""The ledger's functions, triggers and relations."""

from django.db import migrations

from coinhub.core.db import run_sql_file

FUNCTIONS = [
    "ledger_shard",
    "ledger_refuse_wallet_v1",
    "ledger_book_v1",
    "post_journal_v1",
    "hold_place_v1",
    "hold_take_v1",
    "hold_capture_v1",
    "hold_void_v1",
    "open_wallet_v1",
    "set_wallet_state_v1",
    "ledger_claim_key_v1",
    "ledger_tell_v1",
    "wallet_seq_at_v1",
    "ledger_find_unsound_v1",
    "repair_wallet_v1",
]
TRIGGERS = {
    "refuse_change": "DROP FUNCTION ledger_refuse_change() CASCADE",
    "zero_sum": "DROP FUNCTION ledger_require_zero_sum() CASCADE",
    "transaction_moves": "DROP FUNCTION ledger_require_listed_move() CASCADE",
    "currency_scale": "DROP FUNCTION ledger_keep_currency() CASCADE",
}
VIEWS = ["wallets", "crypto_balances", "trader_balances", "internal_balances"]


class Migration(migrations.Migration):
    dependencies = [("wallets", "0001_initial"), ("events", "0001_initial")]
    operations = [
        run_sql_file("wallets/sql/fillfactor.sql", migrations.RunSQL.noop),
        *(
            run_sql_file(f"wallets/sql/functions/{name}.sql", f"DROP FUNCTION {name}")
            for name in FUNCTIONS
        ),
        *(
            run_sql_file(f"wallets/sql/triggers/{name}.sql", reverse)
            for name, reverse in TRIGGERS.items()
        ),
        *(run_sql_file(f"wallets/sql/views/{name}.sql", f"DROP VIEW {name}") for name in VIEWS),
    ]
