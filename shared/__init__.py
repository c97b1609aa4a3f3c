"""What every service is built from: messaging, persistence, web, contracts. Knows no service."""
