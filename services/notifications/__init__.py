"""The notifications service: who is told what, when, through which channel, and why.

Owns      contacts, reminder rules, planned reminders, messages and the attempts to send them.
Publishes nothing yet.
Consumes  plans.unit, plans.principal, plans.calendar, plans.obligation: it knows obligations,
          nothing of plans or criteria.
"""
