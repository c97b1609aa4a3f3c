"""May a message go out at this moment? A retry may fall into the night or on a day off too."""

from services.notifications.domain.quiet import Opening, opening
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Message
from services.notifications.use_cases.house import House
from services.notifications.use_cases.plan_reminders import ground
from shared.unit_of_work import UnitOfWork


async def not_before(uow: UnitOfWork, message: Message, house: House) -> Opening:
    """When a message may go out: now, or when its recipient may be written to again."""
    if message.urgent:
        return Opening(uow.now())
    wishes = await stored.preferences_of(uow.session, [message.person_id])
    quiet = house.wishes(wishes.get(message.person_id)).quiet
    return opening(uow.now(), quiet, (await ground(uow)).calendar)
