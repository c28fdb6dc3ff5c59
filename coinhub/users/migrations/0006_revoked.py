"""A revoked key stays revoked."""

from django.db import migrations

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):
    dependencies = [("users", "0005_factor_tries")]
    operations = [
        run_sql_file(
            "coinhub/sql/triggers/key_stays_revoked.sql", "DROP FUNCTION apikey_keep() CASCADE"
        ),
    ]
