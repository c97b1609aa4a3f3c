"""What does a new installation know before anybody types anything?

`calendar_vn.json` (working calendar 2024–2027) and `period_schemes.toml` (reporting periods):
starting values, each citing its document; afterwards administrators edit them in the database.
`python -m services.plans.reference_data.seed_calendar` writes the calendar file anew, by hand,
when a year is added.
"""
