"""The constraints that each booking reads, in fewer words; what they say is the same."""

import coinhub.core.db
import django.db.models.functions.comparison
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("wallets", "0007_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="hold",
            name="hold_amounts_in_range",
        ),
        migrations.RemoveConstraint(
            model_name="posting",
            name="posting_balance_type_known",
        ),
        migrations.RemoveConstraint(
            model_name="posting",
            name="posting_seq_positive",
        ),
        migrations.RemoveConstraint(
            model_name="transaction",
            name="transaction_amounts_in_range",
        ),
        migrations.RemoveConstraint(
            model_name="transaction",
            name="transaction_status_known",
        ),
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_available_not_below_floor",
        ),
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_held_not_negative",
        ),
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_locked_not_negative",
        ),
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_invested_not_negative",
        ),
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_amounts_are_numbers",
        ),
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_of_the_house_uses_available_only",
        ),
        migrations.RemoveConstraint(
            model_name="wallet",
            name="wallet_status_known",
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    coinhub.core.db.IsNumber(
                        django.db.models.functions.comparison.Greatest("amount", "remaining")
                    ),
                    ("remaining__gte", 0),
                    ("remaining__lte", models.F("amount")),
                ),
                name="hold_amounts_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=coinhub.core.db.IsOneOf(
                    models.F("balance_type"), words="available,held,locked,invested"
                ),
                name="posting_balance_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("seq__gt", 0)), name="posting_seq_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    ("fee__gte", 0),
                    coinhub.core.db.IsNumber(
                        django.db.models.functions.comparison.Greatest("amount", "fee")
                    ),
                ),
                name="transaction_amounts_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("available__gte", models.F("floor"))),
                name="wallet_available_not_below_floor",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThanOrEqual(
                        django.db.models.functions.comparison.Least("held", "locked", "invested"), 0
                    )
                ),
                name="wallet_held_locked_invested_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    coinhub.core.db.IsNumber(
                        django.db.models.functions.comparison.Greatest(
                            "available", "held", "locked", "invested", "floor"
                        )
                    )
                ),
                name="wallet_amounts_are_numbers",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("code__isnull", True),
                    django.db.models.lookups.Exact(
                        django.db.models.functions.comparison.Greatest(
                            "held", "locked", "invested"
                        ),
                        0,
                    ),
                    _connector="OR",
                ),
                name="wallet_of_the_house_uses_available_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=coinhub.core.db.IsOneOf(models.F("status"), words="active,frozen,closed"),
                name="wallet_status_known",
            ),
        ),
    ]
