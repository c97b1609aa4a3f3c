"""Which rights do the endpoints of this service ask for?"""

from typing import Annotated

from fastapi import Depends

from shared.access import Access
from shared.web.auth import Allowed

MayReadPlans = Annotated[Access, Depends(Allowed("plans.read"))]
MayWritePlans = Annotated[Access, Depends(Allowed("plans.write"))]
MayIssue = Annotated[Access, Depends(Allowed("plans.issue"))]
MayReadTasks = Annotated[Access, Depends(Allowed("tasks.read"))]
MayReport = Annotated[Access, Depends(Allowed("tasks.report"))]
MayVerify = Annotated[Access, Depends(Allowed("tasks.verify"))]
