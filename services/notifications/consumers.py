"""Which events does the notifications service answer, and with what?"""

from shared.messaging.subscriptions import Subscriptions
from shared.replicas import subscribe_reference

subscriptions = Subscriptions()
subscribe_reference(subscriptions)
