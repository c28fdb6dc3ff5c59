"""Folded house wallets: their postings touch no row, which is brought up to them later."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Greatest

import coinhub.core.db
from coinhub.core.db import run_sql_file, sql_file

FUNCTIONS = [
    "fold_wallet_v1",
    "ledger_take_folded_v1",
    "ledger_book_v2",
    "open_wallet_v2",
    "ledger_find_unsound_fold_v1",
    "ledger_find_unsound_v2",
    "repair_wallet_v2",
]
SUPERSEDED = ["open_wallet_v1", "repair_wallet_v1", "ledger_find_unsound_v1"]


class Migration(migrations.Migration):
    dependencies = [
        ("wallets", "0004_payments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Fold",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shard", models.SmallIntegerField()),
                ("version", models.BigIntegerField()),
                ("horizon", coinhub.core.db.XactIdField(db_default=None, editable=False)),
                ("postings", models.BigIntegerField()),
                ("amount", coinhub.core.db.MoneyColumn()),
                ("balance_after", coinhub.core.db.MoneyColumn()),
                (
                    "folded_at",
                    models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp()),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="folds",
                        to="wallets.wallet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("wallet", "version", "shard"), name="fold_version_once_per_wallet"
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            coinhub.core.db.IsNumber(Greatest("amount", "balance_after"))
                        ),
                        name="fold_amounts_are_numbers",
                    ),
                    models.CheckConstraint(
                        condition=Q(postings__gt=0, version__gt=0), name="fold_takes_postings"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="wallet",
            name="folded_through",
            field=coinhub.core.db.XactIdField(
                blank=True, db_default=None, editable=False, null=True
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="xact_id",
            field=coinhub.core.db.XactIdField(db_default=None, editable=False, null=True),
        ),
        migrations.RemoveConstraint(
            model_name="wallet", name="wallet_of_a_customer_or_of_the_house"
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=Q(
                    owner__isnull=False,
                    code__isnull=True,
                    floor__isnull=False,
                    folded_through__isnull=True,
                )
                | Q(owner__isnull=True, code__isnull=False, is_primary=False, shard=0),
                name="wallet_of_a_customer_or_of_the_house",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=Q(seq__isnull=False, balance_after__isnull=False, xact_id__isnull=True)
                | Q(
                    seq__isnull=True,
                    balance_after__isnull=True,
                    xact_id__isnull=False,
                    balance_type="available",
                ),
                name="posting_numbered_or_folded",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                fields=["wallet", "xact_id"],
                condition=Q(seq__isnull=True),
                name="posting_folded_by_xact_id",
            ),
        ),
        *(
            run_sql_file(f"wallets/sql/functions/{name}.sql", f"DROP FUNCTION {name}")
            for name in FUNCTIONS
        ),
        *(
            migrations.RunSQL(
                f"DROP FUNCTION {name}", sql_file(f"wallets/sql/functions/{name}.sql")
            )
            for name in SUPERSEDED
        ),
        run_sql_file("wallets/sql/forwards/ledger_book_v1.sql", migrations.RunSQL.noop),
        run_sql_file("wallets/sql/views/wallets_v2.sql", migrations.RunSQL.noop),
        run_sql_file("wallets/sql/views/internal_balances_v2.sql", migrations.RunSQL.noop),
        run_sql_file("wallets/sql/triggers/fold_rows_stay.sql", migrations.RunSQL.noop),
        run_sql_file("wallets/sql/fold_begin.sql", migrations.RunSQL.noop),
    ]
