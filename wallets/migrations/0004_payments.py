"""Payments: states, limits, stops and freezes, and the functions of the second generation."""

import coinhub.core.db
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


from coinhub.core.db import run_sql_file

FUNCTIONS = [
    "ledger_require_running_v1",
    "ledger_guard_v1",
    "ledger_require_left_v1",
    "ledger_require_unapproved_v1",
    "ledger_refuse_take_v1",
    "ledger_apply_v1",
    "book_transaction_v2",
    "book_step_v2",
    "hold_condition_v1",
]


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0003_accounts"),
        ("wallets", "0003_policies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shard", models.SmallIntegerField()),
                (
                    "failures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), db_default=[], default=list, size=None
                    ),
                ),
                ("paused_until", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "shard"), name="allowance_once_per_customer"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Freeze",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("debit", "Debit"), ("credit", "Credit"), ("full", "Full")],
                        max_length=6,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                (
                    "review_on",
                    models.DateField(
                        help_text="when somebody looks at it again; it does not lift itself"
                    ),
                ),
                ("frozen_by", models.UUIDField(blank=True, null=True)),
                ("frozen_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
                ("lifted_by", models.UUIDField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("all", "All"),
                            ("operation", "Operation"),
                            ("currency", "Currency"),
                        ],
                        max_length=9,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=12)),
                ("reason", models.CharField(max_length=500)),
                ("message", models.CharField(help_text="what customers are told", max_length=200)),
                ("engaged_by", models.UUIDField(blank=True, null=True)),
                ("engaged_at", models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
                ("lifted_by", models.UUIDField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="transaction",
            name="original",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="wallets.transaction",
            ),
        ),
        migrations.AddField(
            model_name="transaction",
            name="usd_value",
            field=coinhub.core.db.MoneyColumn(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="transaction",
            name="type",
            field=models.CharField(
                choices=[
                    ("deposit", "Deposit"),
                    ("withdrawal", "Withdrawal"),
                    ("transfer", "Transfer"),
                    ("refund", "Refund"),
                    ("reversal", "Reversal"),
                    ("adjustment", "Adjustment"),
                    ("hold", "Hold"),
                    ("funding", "Funding"),
                    ("import", "Import"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("original__isnull", False)),
                fields=["original"],
                name="transaction_by_original",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("usd_value__isnull", False)),
                fields=["payer_wallet", "created_at"],
                name="transaction_in_limits",
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(
                condition=models.Q(("status__in", ["PENDING", "HELD"])),
                fields=["state", "id"],
                name="transaction_open_by_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=coinhub.core.db.IsOneOf(
                    coinhub.core.db.Pair(models.F("status"), models.F("state")),
                    words=(
                        "PENDING.authorised,PENDING.cooling,PENDING.pending_review,"
                        "PENDING.pending_approval,PENDING.approved,PENDING.processing,PENDING.sent,"
                        "PENDING.unknown,HELD.held,HELD.return_pending,COMPLETED.completed,"
                        "FAILED.failed,FAILED.rejected,FAILED.expired,CANCELLED.cancelled,"
                        "CANCELLED.recalled,CANCELLED.returned,REVERSED.reversed,REVERSED.bounced"
                    ),
                ),
                name="transaction_state_fits_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("usd_value__gte", 0), coinhub.core.db.IsNumber(models.F("usd_value"))
                ),
                name="transaction_usd_value_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("type", "adjustment"),
                    django.db.models.lookups.Exact(
                        coinhub.core.db.IsOneOf(models.F("type"), words="refund,reversal"),
                        django.db.models.lookups.IsNull(models.F("original"), False),
                    ),
                    _connector="OR",
                ),
                name="transaction_gives_back_an_original",
            ),
        ),
        migrations.AddField(
            model_name="freeze",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="freezes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("scope", "value"),
                name="stop_once_for_each_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scope", "all"), ("value", "")),
                    models.Q(
                        ("scope__in", ["operation", "currency"]),
                        models.Q(("value", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="stop_names_what_it_stops",
            ),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("customer", "kind"),
                name="freeze_once_for_each_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["debit", "credit", "full"])),
                name="freeze_kind_known",
            ),
        ),
        *(
            run_sql_file(f"wallets/sql/functions/{name}.sql", f"DROP FUNCTION {name}")
            for name in FUNCTIONS
        ),
        run_sql_file("wallets/sql/triggers/transaction_moves_v2.sql", migrations.RunSQL.noop),
        run_sql_file("wallets/sql/triggers/payment_rows_stay.sql", migrations.RunSQL.noop),
    ]
