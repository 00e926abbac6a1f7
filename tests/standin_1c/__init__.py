"""A stand-in for 1C:Enterprise: a client that exchanges with a site as 1C does.

Needs nothing but Python. See `python -m tests.standin_1c --help`.
"""
