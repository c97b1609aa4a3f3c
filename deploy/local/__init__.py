"""How does the distributed platform run on one machine, without containers of its own?"""
