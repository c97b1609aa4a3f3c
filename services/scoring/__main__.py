"""`python -m services.scoring api|worker|migrate`: the processes of the distributed mode."""

from services.scoring.service import service
from shared.runtime.process import main

main(service)
