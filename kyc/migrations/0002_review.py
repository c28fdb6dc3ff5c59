"""Cases get states, decisions, details and documents."""

import coinhub.core.db
import coinhub.core.vault
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from coinhub.core.db import run_sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('kyc', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('event', models.CharField(choices=[('start', 'Start'), ('submit', 'Submit'), ('claim', 'Claim'), ('release', 'Release'), ('request_changes', 'Request Changes'), ('resubmit', 'Resubmit'), ('approve', 'Approve'), ('reject', 'Reject'), ('restart', 'Restart'), ('block', 'Block'), ('unblock', 'Unblock'), ('take_over', 'Take Over')], max_length=15)),
                ('from_state', models.CharField(choices=[('not_started', 'Not Started'), ('draft', 'Draft'), ('submitted', 'Submitted'), ('in_review', 'In Review'), ('changes_requested', 'Changes Requested'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('blocked', 'Blocked')], max_length=17)),
                ('to_state', models.CharField(choices=[('not_started', 'Not Started'), ('draft', 'Draft'), ('submitted', 'Submitted'), ('in_review', 'In Review'), ('changes_requested', 'Changes Requested'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('blocked', 'Blocked')], max_length=17)),
                ('tier', models.PositiveSmallIntegerField(default=0)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('documents', models.JSONField(default=dict)),
                ('occurred_at', models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
            ],
        ),
        migrations.CreateModel(
            name='Details',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='details', serialize=False, to='kyc.case')),
                ('id_kind', models.CharField(choices=[('passport', 'Passport'), ('id_card', 'Identity card'), ('licence', 'Driving licence')], max_length=8)),
                ('full_name', coinhub.core.vault.SealedTextField()),
                ('birth_date', coinhub.core.vault.SealedTextField()),
                ('street', coinhub.core.vault.SealedTextField()),
                ('city', coinhub.core.vault.SealedTextField()),
                ('postcode', coinhub.core.vault.SealedTextField()),
                ('country', coinhub.core.vault.SealedTextField()),
                ('tax_id', coinhub.core.vault.SealedTextField()),
                ('source_of_funds', coinhub.core.vault.SealedTextField()),
                ('person_hash', models.BinaryField()),
                ('tax_id_hash', models.BinaryField(null=True)),
                ('consented_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('id_front', 'Identity document, front'), ('id_back', 'Identity document, back'), ('selfie', 'Photo of yourself'), ('proof_of_address', 'Proof of address'), ('tax_id', 'Tax number')], max_length=16)),
                ('upload_type', models.CharField(max_length=4)),
                ('upload_hash', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('pages', models.PositiveSmallIntegerField(default=1)),
                ('uploaded_at', models.DateTimeField(db_default=coinhub.core.db.ClockTimestamp())),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('replaced_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_status_known',
        ),
        migrations.AddField(
            model_name='case',
            name='attempts',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='case',
            name='lease_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='restart_from',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='reviewer',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='case',
            name='state',
            field=models.CharField(choices=[('not_started', 'Not Started'), ('draft', 'Draft'), ('submitted', 'Submitted'), ('in_review', 'In Review'), ('changes_requested', 'Changes Requested'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('blocked', 'Blocked')], default='not_started', max_length=17),
        ),
        migrations.AddField(
            model_name='case',
            name='submitted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='version',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='case',
            name='wanted_tier',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        # What was known by its status stands at a state from now on; the status follows the state.
        migrations.RunSQL(
            "UPDATE kyc_case SET submitted_at = created_at, state = 'submitted'"
            " WHERE status = 'pending'; "
            "UPDATE kyc_case SET state = status, tier = greatest(tier, 1)"
            " WHERE status = 'approved'; "
            "UPDATE kyc_case SET tier = 0 WHERE status <> 'approved'; "
            "UPDATE kyc_case SET state = status WHERE status = 'rejected'; "
            "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED",  # none waits for ALTER
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name='case', name='status'),
        migrations.AddField(
            model_name='case',
            name='status',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(state__in=['submitted', 'in_review', 'changes_requested'], then=models.Value('pending')), models.When(state='approved', then=models.Value('approved')), models.When(state__in=['rejected', 'blocked'], then=models.Value('rejected')), default=models.Value('not_started')), output_field=models.CharField(choices=[('not_started', 'Not Started'), ('pending', 'Pending'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=11)),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state__in', ['submitted', 'in_review'])), fields=['submitted_at'], name='case_queue'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['not_started', 'draft', 'submitted', 'in_review', 'changes_requested', 'approved', 'rejected', 'blocked'])), name='case_state_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), ('tier__gte', 1)), models.Q(models.Q(('state', 'approved'), _negated=True), ('tier', 0)), _connector='OR'), name='case_has_a_tier_when_approved'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('wanted_tier__gte', 1), ('wanted_tier__lte', 2)), name='case_wanted_tier_1_or_2'),
        ),
        migrations.AddField(
            model_name='decision',
            name='actor',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='decision',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='kyc.case'),
        ),
        migrations.AddIndex(
            model_name='details',
            index=models.Index(fields=['person_hash'], name='details_by_person'),
        ),
        migrations.AddIndex(
            model_name='details',
            index=models.Index(fields=['tax_id_hash'], name='details_by_tax_id'),
        ),
        migrations.AddConstraint(
            model_name='details',
            constraint=models.CheckConstraint(condition=models.Q(('id_kind__in', ['passport', 'id_card', 'licence'])), name='details_id_kind_known'),
        ),
        migrations.CreateModel(
            name='DocumentFile',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='file', serialize=False, to='kyc.document')),
                ('sealed_key', models.BinaryField()),
                ('sealed', models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name='document',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='kyc.case'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('case', 'version'), name='decision_once_a_version'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('event__in', ['start', 'submit', 'claim', 'release', 'request_changes', 'resubmit', 'approve', 'reject', 'restart', 'block', 'unblock', 'take_over'])), name='decision_known'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['upload_hash'], name='document_by_upload'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['id_front', 'id_back', 'selfie', 'proof_of_address', 'tax_id'])), name='document_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('case', 'kind'), name='document_one_current_of_a_kind'),
        ),
        run_sql_file(
            'kyc/sql/triggers/case_moves.sql', 'DROP FUNCTION kyc_require_listed_move() CASCADE'
        ),
        run_sql_file(
            'kyc/sql/triggers/decisions_stay.sql', 'DROP FUNCTION kyc_refuse_change() CASCADE'
        ),
    ]
