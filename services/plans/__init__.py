"""The plans service: who must do what by when, and what became of it.

Owns      identity (people, systems, keys), organisation units and groups, the working calendar,
          period schemes, plans, targets, tasks, obligations, progress, files.
Publishes plans.unit, plans.principal, plans.calendar, plans.obligation, plans.plan.
Consumes  nothing yet.
"""
