"""Laws are searched without a time limit per example: a busy machine is no counterexample."""

from hypothesis import settings

settings.register_profile("stats", deadline=None)
settings.load_profile("stats")
