"""What do all processes of the platform share? Their program, imported once before they are forked.

Importing takes ten times as long as starting. Nothing runs yet in here: no loop, thread, connection.
"""

import services.embedded
import services.notifications.service
import services.plans.service
import services.run_embedded
import services.scoring.service
import shared.runtime.process

PROGRAM = (
    services.embedded,
    services.notifications.service,
    services.plans.service,
    services.run_embedded,
    services.scoring.service,
    shared.runtime.process,
)
