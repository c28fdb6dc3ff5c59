"""Address book, prices, fees and limits."""

import coinhub.core.db
import coinhub.core.vault
import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):
    dependencies = [
        ("wallets", "0002_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Destination",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(editable=False, unique=True)),
                ("label", models.CharField(max_length=60)),
                ("network", models.CharField(max_length=20)),
                ("address", coinhub.core.vault.SealedTextField()),
                ("memo", coinhub.core.vault.SealedTextField(blank=True, null=True)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("masked", models.CharField(max_length=40)),
                ("is_own", models.BooleanField(default=False, help_text="belongs to the customer")),
                ("created_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
                ("active_from", models.DateTimeField()),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Fee",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "operation",
                    models.CharField(
                        choices=[
                            ("deposit", "Deposit"),
                            ("withdrawal", "Withdrawal"),
                            ("transfer", "Transfer"),
                            ("swap", "Swap"),
                            ("p2p", "P2P"),
                        ],
                        max_length=10,
                    ),
                ),
                ("fixed", coinhub.core.db.MoneyColumn(db_default=0, default=0)),
                (
                    "bps",
                    models.PositiveIntegerField(
                        db_default=0, default=0, help_text="hundredths of a percent of the amount"
                    ),
                ),
                ("minimum", coinhub.core.db.MoneyColumn(db_default=0, default=0)),
                (
                    "maximum",
                    coinhub.core.db.MoneyColumn(
                        blank=True, help_text="empty: no maximum", null=True
                    ),
                ),
                (
                    "valid_from",
                    models.DateTimeField(
                        blank=True,
                        db_default=coinhub.core.db.ClockTimestamp(),
                        help_text="UTC; empty: from now on",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
            ],
        ),
        migrations.CreateModel(
            name="Limit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("per_payment_min", "least per payment, USD"),
                            ("per_payment_max", "most per payment, USD"),
                            ("volume_24h", "volume in 24 hours, USD"),
                            ("payments_1h", "payments in an hour"),
                            ("withdrawals_24h", "withdrawals in 24 hours, USD"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "tier",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="0 to 2; empty: every tier", null=True
                    ),
                ),
                ("maximum", coinhub.core.db.MoneyColumn(verbose_name="figure")),
                (
                    "valid_from",
                    models.DateTimeField(
                        blank=True,
                        db_default=coinhub.core.db.ClockTimestamp(),
                        help_text="UTC; empty: from now on",
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True, help_text="UTC; for one customer, at most 90 days", null=True
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
            ],
        ),
        migrations.CreateModel(
            name="Price",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("usd", coinhub.core.db.MoneyColumn(verbose_name="US dollars for one")),
                ("source", models.CharField(max_length=60)),
                ("priced_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
            ],
        ),
        migrations.AddField(
            model_name="destination",
            name="currency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="wallets.currency"
            ),
        ),
        migrations.AddField(
            model_name="destination",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="destinations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fee",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fee",
            name="currency",
            field=models.ForeignKey(
                blank=True,
                help_text="empty: every currency but points",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wallets.currency",
            ),
        ),
        migrations.AddField(
            model_name="limit",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="limit",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                help_text="empty: everybody",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="price",
            name="currency",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wallets.currency",
            ),
        ),
        migrations.AddIndex(
            model_name="destination",
            index=models.Index(fields=["customer", "id"], name="destination_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("archived_at__isnull", True)),
                fields=("customer", "currency", "network", "fingerprint"),
                name="destination_once_while_it_is_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("archived_at__isnull", True),
                    ("archived_at__gte", models.F("created_at")),
                    _connector="OR",
                ),
                name="destination_archived_after_it_was_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("label", ""), _negated=True), models.Q(("masked", ""), _negated=True)
                ),
                name="destination_has_a_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("operation__in", ["deposit", "withdrawal", "transfer", "swap", "p2p"])
                ),
                name="fee_operation_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fixed__gte", 0),
                    ("minimum__gte", 0),
                    models.Q(
                        ("maximum__isnull", True),
                        ("maximum__gte", models.F("minimum")),
                        _connector="OR",
                    ),
                    coinhub.core.db.IsNumber(
                        django.db.models.functions.comparison.Greatest(
                            "fixed", "minimum", "maximum"
                        )
                    ),
                ),
                name="fee_amounts_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.CheckConstraint(
                condition=models.Q(("bps__lte", 10000)), name="fee_at_most_the_whole"
            ),
        ),
        migrations.AddConstraint(
            model_name="fee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("currency__isnull", False),
                    models.Q(("fixed", 0), ("maximum__isnull", True), ("minimum", 0)),
                    _connector="OR",
                ),
                name="fee_for_all_currencies_is_a_rate",
            ),
        ),
        migrations.AddIndex(
            model_name="limit",
            index=models.Index(
                condition=models.Q(("customer__isnull", False)),
                fields=["expires_at"],
                name="limit_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "name__in",
                        [
                            "per_payment_min",
                            "per_payment_max",
                            "volume_24h",
                            "payments_1h",
                            "withdrawals_24h",
                        ],
                    )
                ),
                name="limit_name_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("maximum__gte", 0), coinhub.core.db.IsNumber(models.F("maximum"))
                ),
                name="limit_is_a_number_not_below_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customer__isnull", True), ("tier__isnull", True)),
                    models.Q(("customer__isnull", True), ("tier__lte", 2)),
                    models.Q(("customer__isnull", False), ("tier__isnull", True)),
                    _connector="OR",
                ),
                name="limit_for_all_or_a_tier_or_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="limit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customer__isnull", True), ("expires_at__isnull", True)),
                    models.Q(
                        ("customer__isnull", False),
                        ("expires_at__gt", models.F("valid_from")),
                        (
                            "expires_at__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("valid_from"),
                                "+",
                                models.Value(datetime.timedelta(days=90)),
                            ),
                        ),
                        django.db.models.lookups.GreaterThanOrEqual(
                            django.db.models.functions.text.Length("reason"), 10
                        ),
                    ),
                    _connector="OR",
                ),
                name="limit_of_one_ends_and_has_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="price",
            index=models.Index(fields=["currency", "-priced_at", "-id"], name="price_newest"),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("usd__gt", 0), coinhub.core.db.IsNumber(models.F("usd"))),
                name="price_is_more_than_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("priced_at__lte", models.F("recorded_at"))),
                name="price_not_of_the_future",
            ),
        ),
        migrations.AddConstraint(
            model_name="price",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="price_names_its_source"
            ),
        ),
        run_sql_file(
            "wallets/sql/triggers/terms_stay.sql",
            "DROP TRIGGER price_rows_stay ON wallets_price;"
            "DROP TRIGGER price_table_stays ON wallets_price;"
            "DROP TRIGGER fee_rows_stay ON wallets_fee;"
            "DROP TRIGGER fee_table_stays ON wallets_fee;"
            "DROP TRIGGER limit_rows_stay ON wallets_limit;"
            "DROP TRIGGER limit_table_stays ON wallets_limit",
        ),
        run_sql_file(
            "wallets/sql/triggers/destination_stays.sql",
            "DROP FUNCTION destination_keep() CASCADE;"
            "DROP TRIGGER destination_rows_stay ON wallets_destination;"
            "DROP TRIGGER destination_table_stays ON wallets_destination",
        ),
    ]
