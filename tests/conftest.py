"""What holds for every test: nothing here asserts how long anything takes; speed lives in `tests/load`."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers.plugin"]

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
