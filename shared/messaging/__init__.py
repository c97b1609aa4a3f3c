"""How does a committed fact reach the other services, once and in order?"""
