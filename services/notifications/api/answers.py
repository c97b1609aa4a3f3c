"""How do rows become answers? What is computed for the caller and for this moment is added here."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.notifications.api.schemas import (
    ContactOut,
    ForecastOut,
    ForecastPerson,
    ObligationOut,
    ReminderOut,
    RuleOut,
    ShiftOut,
)
from services.notifications.domain.duty import ENDED, is_overdue
from services.notifications.domain.schedule import Slot
from services.notifications.domain.wording import short_date
from services.notifications.storage.tables import Contact, ObligationCopy, Reminder, ReminderRule
from services.notifications.use_cases.forecast_reminders import ForecastItem
from services.notifications.use_cases.materialise_reminders import why_not
from shared.texts import current_language, has_text, text
from shared.working_calendar import HO_CHI_MINH

NOTHING: dict[str, Any] = {"allowed_actions": [], "blocked_because": {}}


def actions(blocked: Mapping[str, str | None], *, allowed: bool) -> dict[str, Any]:
    """Allowed and blocked actions; `blocked` maps each action to the code of its obstacle.

    Without the right to act (`allowed`) the obstacle is that.
    """
    told = {
        action: code if allowed else "no_right"
        for action, code in blocked.items()
        if code is not None or not allowed
    }
    return {
        "allowed_actions": [action for action in blocked if action not in told],
        "blocked_because": {
            action: text(f"notifications.blocked.{code}") for action, code in told.items()
        },
    }


def reason_text(code: str | None) -> str | None:
    """The sentence behind a reason; a provider's own code has none."""
    if code is None:
        return None
    key = f"notifications.reasons.{code}"
    return text(key) if has_text(key) else None


def obligation_out(row: ObligationCopy, *, now: datetime, today: date) -> ObligationOut:
    return ObligationOut.model_validate(
        row.model_dump()
        | NOTHING
        | {
            "overdue": is_overdue(state=row.state, on_time_until=row.on_time_until, now=now),
            "days_left": (row.last_day - today).days
            if row.last_day and row.state not in ENDED
            else None,
            "reminders_url": f"/notifications/v1/reminders?obligation_id={row.id}",
        }
    )


def reminder_out(row: Reminder, titles: Mapping[UUID, tuple[str, date | None]]) -> ReminderOut:
    title, due_on = titles.get(row.obligation_id, ("", None))
    return ReminderOut.model_validate(
        row.model_dump()
        | NOTHING
        | {
            "title": title,
            "due_on": due_on,
            "due_at": row.due_at.astimezone(HO_CHI_MINH),
            "shift": _shift(row.nominal_on, row.send_on, row.shifted_because),
            "reason_text": reason_text(row.reason),
        }
    )


def rule_out(row: ReminderRule, *, newest: Mapping[str, int], may_write: bool) -> RuleOut:
    on = "rule_is_active" if row.active else None
    if not row.active and newest.get(row.code, row.version) > row.version:
        on = "rule_is_replaced"
    off = None if row.active else "rule_is_inactive"
    blocked: dict[str, str | None] = {"disable": off, "enable": on}
    return RuleOut.model_validate(
        row.model_dump() | {"at_time": f"{row.at_time:%H:%M}"} | actions(blocked, allowed=may_write)
    )


def contact_out(row: Contact, *, may_write: bool) -> ContactOut:
    return ContactOut.model_validate(
        row.model_dump()
        | actions(
            {
                "update": None,
                "send-code": why_not(row),
                "unsuppress": None if row.suppressed_at else "contact_not_suppressed",
            },
            allowed=may_write,
        )
    )


def forecast_out(item: ForecastItem) -> ForecastOut:
    slot, rule, obligation = item.coming.slot, item.rule, item.obligation
    return ForecastOut(
        id=item.id,
        due_at=slot.due_at.astimezone(HO_CHI_MINH),
        send_on=slot.send_on,
        obligation_id=obligation.id,
        title=obligation.title,
        unit_code=obligation.unit_code,
        due_on=obligation.due_on,
        rule_id=rule.id,
        rule_name=rule.name,
        offset=slot.offset,
        repeat=slot.repeat,
        role=slot.role,
        channel=slot.channel,
        recipients=[ForecastPerson.model_validate(person) for person in item.people],
        shift=_shift(slot.nominal_on, slot.send_on, slot.shifted_because),
        instead_of=list(item.coming.instead_of),
        why_text=_why(slot, rule.name),
    )


def _why(slot: Slot, rule_name: str) -> str:
    stage = "before" if slot.days < 0 else "after" if slot.days > 0 else "on_the_day"
    sentence = text(f"notifications.why.{stage}", rule=rule_name, days=abs(slot.days))
    shift = _shift(slot.nominal_on, slot.send_on, slot.shifted_because)
    if shift is None:
        return sentence
    language = current_language.get()
    moved = text(
        "notifications.why.shifted",
        from_day=short_date(shift.from_day, language),
        to_day=short_date(shift.to_day, language),
        because=shift.because,
    )
    return f"{sentence} {moved}"


def _shift(nominal_on: date, send_on: date, because: str | None) -> ShiftOut | None:
    if because is None:
        return None
    named = text("notifications.weekend") if because == "weekend" else because
    return ShiftOut(from_day=nominal_on, to_day=send_on, because=named)
