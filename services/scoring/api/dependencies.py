"""Which rights do the endpoints about rounds ask for?"""

from typing import Annotated

from fastapi import Depends

from shared.access import Access
from shared.web.auth import Allowed

MayReadRounds = Annotated[Access, Depends(Allowed("rounds.read"))]
MayRunRounds = Annotated[Access, Depends(Allowed("rounds.write"))]
MayReadScores = Annotated[Access, Depends(Allowed("scores.read"))]
MayScore = Annotated[Access, Depends(Allowed("scores.write"))]
MayAppraise = Annotated[Access, Depends(Allowed("scores.appraise"))]
MayReadCriteria = Annotated[Access, Depends(Allowed("criteria.read"))]
MayWriteCriteria = Annotated[Access, Depends(Allowed("criteria.write"))]
