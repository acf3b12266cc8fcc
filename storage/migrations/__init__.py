"""Revisions of the database's schema, oldest first in versions/."""
