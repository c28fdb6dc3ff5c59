"""The schedule of Celery beat; times are UTC."""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "integrity-nightly": {
        "task": "integrity.check",
        "schedule": crontab(hour="2", minute="0"),
        "kwargs": {"trigger": "nightly"},
    },
    "integrity-hourly": {
        "task": "integrity.check",
        "schedule": crontab(minute="30"),  # half an hour away from the night's
        "kwargs": {"trigger": "hourly"},
        # A run that waited a whole hour is replaced by the next one.
        "options": {"expires": 3600},
    },
    "fold": {
        "task": "wallets.fold",
        "schedule": 5.0,  # seconds; until then a read adds up what is not folded
        "options": {"expires": 5},
    },
    "releases": {
        "task": "wallets.release_due",
        "schedule": 60.0,  # what an approval or a lifted stop left behind
        "options": {"expires": 60},
    },
    "resumed": {
        "task": "wallets.release_paused",
        "schedule": 60.0,  # what arrived during a stop or a freeze
        "options": {"expires": 60},
    },
    "recalls": {
        "task": "wallets.recall_forgotten",
        "schedule": crontab(minute="20"),  # payments nobody could use for thirty days
        "options": {"expires": 3600},
    },
    "withdrawals-send": {
        "task": "wallets.send_withdrawals",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "withdrawals-move": {
        "task": "wallets.move_withdrawals",
        "schedule": 30.0,  # those that cool no more
        "options": {"expires": 30},
    },
    "withdrawals-track": {
        "task": "wallets.track_withdrawals",
        "schedule": 20.0,  # each is asked after less and less often
        "options": {"expires": 20},
    },
    "stuck": {
        "task": "wallets.finish_stuck",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    "answers": {
        "task": "wallets.empty_answers",
        "schedule": crontab(hour="3", minute="25"),
        "options": {"expires": 3600},
    },
    "prices": {
        "task": "wallets.record_prices",
        "schedule": crontab(),  # each minute
        "options": {"expires": 60},
    },
    "kyc-letters": {
        "task": "kyc.tell_customers",
        "schedule": 5.0,  # seconds
        "options": {"expires": 5},
    },
    "kyc-leases": {
        "task": "kyc.release_lapsed",
        "schedule": crontab(),  # each minute
        "options": {"expires": 60},
    },
    "approvals-expire": {
        "task": "approvals.expire",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    "rate-windows": {
        "task": "users.forget_windows",
        "schedule": crontab(hour="3", minute="10"),
        "options": {"expires": 3600},
    },
    "sign-in-tries": {
        "task": "users.sweep_tries",
        "schedule": crontab(minute="40"),
        "options": {"expires": 3600},
    },
    "sessions-expired": {
        "task": "users.sweep_sessions",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"expires": 3600},
    },
}
