"""Runs that looked at the house alone are told from runs over everything."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrity", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="is_house",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="only the wallets of the house were looked at",
            ),
        ),
    ]
