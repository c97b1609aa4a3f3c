"""How does a service come to life? The manifest says what it is; running makes it run."""
