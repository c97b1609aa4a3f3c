"""What does a service do by itself? Work that takes long (202), and work that comes with time."""
