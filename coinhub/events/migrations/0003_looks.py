"""The index by which customers find who looked at what is theirs."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0002_checksum")]
    operations = [
        migrations.AddIndex(
            model_name="auditevent",
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("after__customers"),
                condition=models.Q(("after__has_key", "customers")),
                name="audit_by_customer",
            ),
        ),
    ]
