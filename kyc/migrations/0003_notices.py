"""What customers have not been told of their case yet is found without a look at the whole outbox."""

from django.db import migrations

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):
    dependencies = [('kyc', '0002_review'), ('events', '0001_initial')]
    operations = [
        run_sql_file('kyc/sql/indexes/outbox_of_kyc.sql', 'DROP INDEX outbox_of_kyc'),
    ]
