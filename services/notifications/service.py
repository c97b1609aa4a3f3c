"""START HERE: what the notifications service is made of."""

from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from services.notifications import jobs
from services.notifications.api import (
    contacts,
    digests,
    escalation_policies,
    escalations,
    gateways,
    messages,
    mine,
    obligations,
    preferences,
    reminders,
    rules,
    storms,
)
from services.notifications.consumers import subscriptions
from services.notifications.storage.escalation_tables import Escalation, EscalationPolicy
from services.notifications.storage.tables import (
    Contact,
    Digest,
    Message,
    ObligationCopy,
    Preference,
    Reminder,
    ReminderRule,
    Storm,
    metadata,
    platform,
)
from shared.runtime.service import Service

_HERE = Path(__file__).parent

service = Service(
    name="notifications",
    metadata=metadata,
    tables=platform,
    migrations=_HERE / "migrations",
    routers=(
        obligations.router,
        reminders.router,
        rules.router,
        messages.router,
        contacts.router,
        preferences.router,
        digests.router,
        mine.router,
        escalation_policies.router,
        escalations.router,
        storms.router,
        gateways.router,
    ),
    subscriptions=subscriptions,
    periodic=jobs.PERIODIC,
    prepare=jobs.prepare,
    examples=_HERE / "api" / "examples.json",
    example_ids={
        "obligation_id": select(col(ObligationCopy.id)).order_by(col(ObligationCopy.last_day)),
        "reminder_id": select(col(Reminder.id)).order_by(col(Reminder.due_at)),
        "rule_id": select(col(ReminderRule.id)).order_by(col(ReminderRule.created_at)),
        "message_id": select(col(Message.id)).order_by(col(Message.created_at)),
        "policy_id": select(col(EscalationPolicy.id)).order_by(col(EscalationPolicy.created_at)),
        "escalation_id": select(col(Escalation.id)).order_by(col(Escalation.created_at)),
        "storm_id": select(col(Storm.id)).order_by(col(Storm.created_at)),
        "digest_id": select(col(Digest.id)).order_by(col(Digest.created_at)),
        "preference_id": select(col(Preference.id)).order_by(col(Preference.created_at)),
        "preview_digest.person_id": select(col(Contact.person_id)).order_by(
            col(Contact.created_at)
        ),
        "contact_id": select(col(Contact.id)).order_by(col(Contact.created_at)),
    },
)
