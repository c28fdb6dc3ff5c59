"""What the application writes by functions only, and what a row keeps once it has it."""

from django.db import migrations

from coinhub.core.db import run_sql_file

GONE = ["book_transaction_v1", "book_step_v1"]  # called by nobody; older installations have them
FUNCTIONS = ["lock_transactions_v1", "keep_answer_v1", "empty_answers_v1"]
TRIGGERS = {"answer_stays": "answer_keep"}


class Migration(migrations.Migration):
    dependencies = [("wallets", "0006_rails")]
    operations = [
        *(
            migrations.RunSQL(f"DROP FUNCTION IF EXISTS {name}", migrations.RunSQL.noop)
            for name in GONE
        ),
        *(
            run_sql_file(f"wallets/sql/functions/{name}.sql", f"DROP FUNCTION {name}")
            for name in FUNCTIONS
        ),
        *(
            run_sql_file(f"wallets/sql/triggers/{name}.sql", f"DROP FUNCTION {function}() CASCADE")
            for name, function in TRIGGERS.items()
        ),
    ]
