"""What holds for every test: nothing here asserts how long anything takes; speed lives in `tests/load`."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
