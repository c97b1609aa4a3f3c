"""What may a caller see of a table? The rows whose unit the caller's right reaches."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Forbidden, NotFound
from shared.persistence.platform_tables import PlatformTables
from shared.rights import ACTIONS, Grant, Principal, Reach, reach


@dataclass(frozen=True, slots=True)
class Access:
    """A principal that may do an action, and where."""

    principal: Principal
    where: Reach
    tables: PlatformTables

    def within(self, unit_code: Any) -> ColumnElement[bool]:
        """The condition that a column's unit is one the action reaches."""
        if self.where.everywhere:
            return true()
        condition: ColumnElement[bool] = unit_code.in_(self._reached_codes())
        return condition

    def scope(self, statement: Select[Any], *unit_columns: Any) -> Select[Any]:
        """Only rows of which at least one of the unit columns is reached."""
        return statement.where(or_(*(self.within(column) for column in unit_columns)))

    async def require_unit(self, session: AsyncSession, unit_code: str | None) -> None:
        """Insist that a unit is reached. Another unit's object does not exist for the caller.

        :raises NotFound: when it is not.
        """
        if self.where.everywhere:
            return
        found = await session.scalar(
            self._reached_codes().where(self.tables.unit_nodes.c.code == unit_code)
        )
        if found is None:
            raise NotFound

    def require_everywhere(self) -> None:
        """Insist on a right over the whole installation.

        :raises Forbidden: for somebody whose right ends at a unit.
        """
        if not self.where.everywhere:
            raise Forbidden("forbidden_everywhere")

    async def require_grant(self, session: AsyncSession, grant: Grant) -> None:
        """Insist that the caller may do all that a grant allows, and everywhere it allows it.

        Nobody gives away, to others or to themselves, a right they do not have.

        :raises Forbidden: for an action the caller has nowhere, or not everywhere.
        :raises NotFound: for a unit the caller's own right does not reach.
        """
        for where in {reach(self.principal, a) for a in ACTIONS if grant.allows(a)}:
            own = replace(self, where=where)
            if not where:
                raise Forbidden("grant_beyond_own")
            if grant.unit_code is None:
                own.require_everywhere()
            else:
                await own.require_unit(session, grant.unit_code)

    def _reached_codes(self) -> Select[Any]:
        node, root = self.tables.unit_nodes, self.tables.unit_nodes.alias("root")
        below = and_(
            root.c.code.in_(sorted(self.where.roots)),
            func.substr(node.c.path, 1, func.length(root.c.path)) == root.c.path,
        )
        return select(node.c.code).join(root, below).distinct()
