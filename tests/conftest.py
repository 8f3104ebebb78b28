"""Busy machines are no failure: what a test claims about time it measures itself."""

from hypothesis import settings

settings.register_profile("lab", deadline=None)
settings.load_profile("lab")
