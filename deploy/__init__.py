"""How does the platform get onto machines? Images, manifests, and servers for local use."""
