"""Rails: receipts of what comes in, withdrawals and the attempts to pay them."""

import coinhub.core.db
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("wallets", "0005_folding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rail", models.CharField(max_length=20)),
                (
                    "fee_mode",
                    models.CharField(
                        choices=[("on_top", "On Top"), ("inside", "Inside")],
                        default="on_top",
                        max_length=6,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                (
                    "looks",
                    models.PositiveIntegerField(
                        db_default=0,
                        default=0,
                        help_text="times the rail was asked since the state began",
                    ),
                ),
                ("unclear_since", models.DateTimeField(blank=True, null=True)),
                (
                    "reported_at",
                    models.DateTimeField(
                        blank=True, help_text="when staff were told that it is stuck", null=True
                    ),
                ),
                ("external_ref", models.CharField(blank=True, db_default="", max_length=200)),
                (
                    "cost",
                    coinhub.core.db.MoneyColumn(
                        blank=True, help_text="what the rail took, once it is booked", null=True
                    ),
                ),
                ("why", models.CharField(blank=True, db_default="", max_length=200)),
                (
                    "destination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="wallets.destination",
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="wallets.transaction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WithdrawalAttempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("reference", models.CharField(max_length=60, unique=True)),
                ("made_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "open"),
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                            ("unclear", "Unclear"),
                        ],
                        db_default="",
                        max_length=7,
                    ),
                ),
                ("said", models.CharField(blank=True, db_default="", max_length=200)),
                (
                    "withdrawal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="wallets.withdrawal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rail", models.CharField(max_length=20)),
                ("external_ref", models.CharField(max_length=200)),
                ("account", models.CharField(blank=True, max_length=200)),
                ("amount", coinhub.core.db.MoneyColumn()),
                ("confirmations", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("detected", "Detected"),
                            ("credited", "Credited"),
                            ("unmatched", "Unmatched"),
                            ("below_minimum", "Below Minimum"),
                            ("dropped", "Dropped"),
                            ("returned", "Returned"),
                        ],
                        default="detected",
                        max_length=13,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "currency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallets.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="wallets.transaction",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["customer", "-id"], name="receipt_by_customer")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rail", "external_ref"), name="receipt_once_per_rail_and_reference"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), coinhub.core.db.IsNumber(models.F("amount"))
                        ),
                        name="receipt_amount_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["detected", "dropped"]),
                                ("transaction__isnull", True),
                            ),
                            models.Q(
                                ("settled_at__isnull", False),
                                (
                                    "state__in",
                                    ["credited", "unmatched", "below_minimum", "returned"],
                                ),
                                ("transaction__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_is_booked_when_it_is_settled",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rail", ""), _negated=True),
                            models.Q(("external_ref", ""), _negated=True),
                        ),
                        name="receipt_has_a_reference",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["next_at", "id"],
                name="withdrawal_due",
            ),
        ),
        migrations.AddIndex(
            model_name="withdrawal",
            index=models.Index(fields=["destination", "id"], name="withdrawal_by_destination"),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cost__isnull", True),
                    models.Q(("cost__gte", 0), coinhub.core.db.IsNumber(models.F("cost"))),
                    _connector="OR",
                ),
                name="withdrawal_cost_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalattempt",
            constraint=models.UniqueConstraint(
                fields=("withdrawal", "number"), name="withdrawal_attempt_once_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="withdrawalattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)),
                name="withdrawal_attempt_numbers_begin_at_one",
            ),
        ),
        run_sql_file("wallets/sql/triggers/rail_rows_stay.sql", migrations.RunSQL.noop),
    ]
