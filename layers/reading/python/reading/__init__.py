"""What people read, on pages and on the command line: one query for both where both show the same.

Every statement has a LIMIT (None where a person asked for all of it), and every value is bound.
"""
