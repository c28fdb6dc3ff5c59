"""The checksum of an audit event, and the indexes by which staff find one."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):
    # The triggers that keep the rows come with the ledger.
    dependencies = [("events", "0001_initial"), ("wallets", "0002_ledger")]
    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="checksum",
            field=models.BinaryField(max_length=32, null=True),
        ),
        run_sql_file(
            "coinhub/sql/triggers/audit_checksum.sql", "DROP FUNCTION audit_checksum() CASCADE"
        ),
        run_sql_file(
            "coinhub/sql/audit_checksum_backfill.sql",
            "ALTER TABLE events_auditevent ALTER COLUMN checksum DROP NOT NULL",
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="auditevent",
                    name="checksum",
                    field=models.BinaryField(max_length=32, default=b"", editable=False),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(
                fields=["actor", "id"],
                condition=models.Q(("actor_kind", "staff")),
                name="audit_by_staff",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["occurred_at"], name="audit_by_time"
            ),
        ),
    ]
