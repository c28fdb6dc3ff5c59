"""Who has tier 1 keeps it while tier 2 is asked for: the status follows the tier first."""

from django.db import migrations, models

from coinhub.core.db import run_sql_file, sql_file

STATUSES = [
    ("not_started", "Not Started"),
    ("pending", "Pending"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
]
EVENTS = [
    ('start', 'Start'), ('submit', 'Submit'), ('claim', 'Claim'), ('release', 'Release'),
    ('request_changes', 'Request Changes'), ('resubmit', 'Resubmit'), ('approve', 'Approve'),
    ('reject', 'Reject'), ('restart', 'Restart'), ('raise', 'Raise'), ('refuse', 'Refuse'),
    ('withdraw', 'Withdraw'), ('block', 'Block'), ('unblock', 'Unblock'),
    ('take_over', 'Take Over'),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("kyc", "0003_notices")]
    operations = [
        migrations.AlterField(
            model_name="decision",
            name="event",
            field=models.CharField(choices=EVENTS, max_length=15),
        ),
        migrations.RemoveConstraint(model_name="decision", name="decision_known"),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(event__in=[name for name, _ in EVENTS]), name="decision_known"
            ),
        ),
        migrations.RemoveField(model_name="case", name="status"),
        migrations.AddField(
            model_name="case",
            name="status",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(tier__gte=1, then=models.Value("approved")),
                    models.When(
                        state__in=["submitted", "in_review", "changes_requested"],
                        then=models.Value("pending"),
                    ),
                    models.When(state__in=["rejected", "blocked"], then=models.Value("rejected")),
                    default=models.Value("not_started"),
                ),
                output_field=models.CharField(choices=STATUSES, max_length=11),
            ),
        ),
        migrations.RemoveConstraint(model_name="case", name="case_has_a_tier_when_approved"),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(state="approved", tier__gte=1),
                    models.Q(
                        state__in=["draft", "submitted", "in_review", "changes_requested"],
                        tier=1,
                        wanted_tier=2,
                    ),
                    models.Q(models.Q(("state", "approved"), _negated=True), ("tier", 0)),
                    _connector="OR",
                ),
                name="case_tier_fits_its_state",
            ),
        ),
        run_sql_file(
            "kyc/sql/triggers/case_moves_v2.sql",
            "DROP FUNCTION kyc_require_listed_move() CASCADE;"
            + sql_file("kyc/sql/triggers/case_moves.sql"),
        ),
    ]
