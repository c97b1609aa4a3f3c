"""The three services and the ways to start them."""
