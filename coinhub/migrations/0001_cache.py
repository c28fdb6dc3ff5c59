"""The table of the default cache."""

from django.db import migrations

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [run_sql_file("coinhub/sql/cache.sql", "DROP TABLE coinhub_cache")]
