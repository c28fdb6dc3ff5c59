"""The table of approvals, and the triggers that keep it."""

import coinhub.approvals.models.approval
import coinhub.core.ids
import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('public_id', models.UUIDField(default=coinhub.core.ids.new_public_id, editable=False, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('target_type', models.CharField(max_length=40)),
                ('target_id', models.CharField(max_length=60)),
                ('target_version', models.CharField(blank=True, max_length=120)),
                ('payload', models.JSONField(default=dict)),
                ('payload_sha256', models.CharField(max_length=64, verbose_name='content hash')),
                ('reason', models.CharField(max_length=1000)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('executed', 'Executed'), ('rejected', 'Rejected'), ('cancelled', 'Cancelled'), ('stale', 'Stale'), ('expired', 'Expired')], default='pending', max_length=9)),
                ('created_at', models.DateTimeField(db_default=coinhub.approvals.models.approval.StatementTime())),
                ('expires_at', models.DateTimeField(db_default=coinhub.approvals.models.approval.StatementTimeAndLife())),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, max_length=1000)),
                ('result', models.JSONField(blank=True, null=True)),
                ('checker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('maker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['expires_at', 'id'], name='approval_waiting'), models.Index(fields=['target_type', 'target_id'], name='approval_by_target')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'executed', 'rejected', 'cancelled', 'stale', 'expired'])), name='approval_state_known'), models.CheckConstraint(condition=models.Q(('checker__isnull', True), models.Q(('checker', models.F('maker')), _negated=True), _connector='OR'), name='approval_checker_is_not_the_maker'), models.CheckConstraint(condition=models.Q(models.Q(('checker__isnull', False), ('state__in', ['executed', 'rejected'])), models.Q(('checker__isnull', True), ('state__in', ['pending', 'cancelled', 'stale', 'expired'])), _connector='OR'), name='approval_decided_by_a_checker'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='approval_end_has_its_moment'), models.CheckConstraint(condition=models.Q(('result__isnull', True), ('state', 'executed'), _connector='OR'), name='approval_result_of_an_execution'), models.CheckConstraint(condition=models.Q(('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('created_at'), '+', models.Value(datetime.timedelta(days=1))))), name='approval_lives_a_day_at_most'), models.CheckConstraint(condition=models.Q(('payload_sha256__regex', '^[0-9a-f]{64}$')), name='approval_content_hash_is_one'), models.CheckConstraint(condition=django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length('reason'), 10), name='approval_has_a_reason'), models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('payload_sha256',), name='approval_proposed_once_at_a_time')],
            },
        ),
        run_sql_file("coinhub/sql/triggers/approval_stays.sql", "DROP FUNCTION approval_keep() CASCADE"),
    ]
