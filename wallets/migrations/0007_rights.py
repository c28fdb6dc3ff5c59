"""What the application writes by functions only, and what a row keeps once it has it."""

from django.db import migrations, models
from django.db.models import Q

from coinhub.core.db import run_sql_file

GONE = ["book_transaction_v1", "book_step_v1"]  # called by nobody; older installations have them
FUNCTIONS = ["lock_transactions_v1", "keep_answer_v1", "empty_answers_v1"]
TRIGGERS = {
    "answer_stays": "DROP FUNCTION answer_keep() CASCADE",
    "receipt_stays": "DROP FUNCTION receipt_keep() CASCADE",
    "withdrawal_stays": "DROP FUNCTION withdrawal_keep() CASCADE",
    "attempt_stays": "DROP FUNCTION attempt_keep() CASCADE",
    "lifting_stays": "DROP FUNCTION lifting_keep() CASCADE",
    "hold_gives_back": "DROP FUNCTION hold_keep_waiting() CASCADE",
    "condition_stays": "DROP FUNCTION condition_keep() CASCADE;"
    " DROP TRIGGER condition_rows_stay ON wallets_holdcondition;"
    " DROP TRIGGER condition_table_stays ON wallets_holdcondition",
}


class Migration(migrations.Migration):
    dependencies = [("wallets", "0006_rails"), ("kyc", "0004_raises")]
    operations = [
        migrations.AlterField(
            model_name="holdcondition",
            name="code",
            field=models.CharField(
                choices=[
                    ("kyc", "Kyc"),
                    ("compliance", "Compliance"),
                    ("paused", "Paused"),
                    ("reversal", "Reversal"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="holdcondition",
            constraint=models.CheckConstraint(
                condition=Q(code__in=["kyc", "compliance", "paused", "reversal"]),
                name="hold_condition_known",
            ),
        ),
        *(
            migrations.RunSQL(f"DROP FUNCTION IF EXISTS {name}", migrations.RunSQL.noop)
            for name in GONE
        ),
        migrations.AddIndex(
            model_name="idempotencykey",
            index=models.Index(
                fields=["created_at"],
                condition=Q(response_body__isnull=False),
                name="idempotency_answer_kept",
            ),
        ),
        *(
            run_sql_file(f"wallets/sql/functions/{name}.sql", f"DROP FUNCTION {name}")
            for name in FUNCTIONS
        ),
        *(
            run_sql_file(f"wallets/sql/triggers/{name}.sql", reverse)
            for name, reverse in TRIGGERS.items()
        ),
    ]
