"""How does a service speak HTTP? Everything of SPEC §7 that is the same for all endpoints."""
