"""`wakeful oncall` where the read models lie in a database, a schema a service."""

import orjson

from services.house import database
from tests.integration.cli.apart import Apart
from tests.unit.cli.story import wakeful
from tests.unit.pager.desk_story import DeskStory


def test_who_is_on_call_is_read_from_the_pagers_schema(apart: Apart) -> None:
    apart.migrate()
    story = DeskStory(engine=database.views(apart.url, "pager")).home()
    story.rota("manager", "A").policy(["on_duty"], ["rota:manager"])
    shown = wakeful("oncall", "H1", "--json")
    story.close()
    assert shown.exit_code == 0, shown.output
    (told,) = orjson.loads(shown.stdout)
    assert (told["watched"], [step["now"] for step in told["policy"]["steps"]]) == (True, [[], ["A"]])
