"""`python -m services.plans api|worker|migrate`: the processes of the distributed mode."""

from services.plans.service import service
from shared.runtime.process import main

main(service)
