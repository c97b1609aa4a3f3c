"""`python -m services.notifications api|worker|migrate`: the processes of the distributed mode."""

from services.notifications.service import service
from shared.runtime.process import main

main(service)
