"""The scoring service: how well a unit did, exactly, and why.

Owns      criteria sets; later rounds, score lines, indicators, dossiers, surveys.
Publishes nothing yet.
Consumes  plans.unit, plans.principal, plans.calendar.
"""
