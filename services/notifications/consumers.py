"""Which events does the notifications service answer, and with what?"""

from services.notifications.use_cases.keep_obligation import keep_obligation
from services.notifications.use_cases.keep_reference import (
    keep_calendar_year,
    keep_principal,
    keep_unit,
)
from shared.contracts.plans import (
    CalendarYearChanged,
    ObligationChanged,
    PrincipalChanged,
    UnitChanged,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions()
subscriptions.on(UnitChanged, keep_unit)
subscriptions.on(PrincipalChanged, keep_principal)
subscriptions.on(CalendarYearChanged, keep_calendar_year)
subscriptions.on(ObligationChanged, keep_obligation)
