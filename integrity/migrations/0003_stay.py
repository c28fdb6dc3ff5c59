"""Runs and findings are append-only for everybody."""

from django.db import migrations

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("integrity", "0002_house")]
    operations = [
        run_sql_file(
            "integrity/sql/triggers/runs_stay.sql",
            "DROP FUNCTION integrity_refuse_change() CASCADE",
        ),
    ]
