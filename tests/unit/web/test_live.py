"""The notifier: whoever waits is woken once there is news, and nothing is missed between looking and waiting."""

import asyncio
import threading

from shared.web.live import Notifier


def test_news_between_looking_and_waiting_is_not_missed() -> None:
    notifier = Notifier()
    count = notifier.count
    notifier.notify()
    assert asyncio.run(notifier.wait(count, 3600)) is True


def test_a_wait_without_news_ends_with_its_time() -> None:
    notifier = Notifier()
    assert asyncio.run(notifier.wait(notifier.count, 0.001)) is False


def test_all_who_wait_are_woken_from_another_thread() -> None:
    notifier = Notifier()

    async def many() -> list[bool]:
        waiting = [asyncio.create_task(notifier.wait(notifier.count, 3600)) for _ in range(50)]
        await asyncio.sleep(0)
        await asyncio.to_thread(notifier.notify)
        return await asyncio.gather(*waiting)

    assert asyncio.run(many()) == [True] * 50


def test_closing_ends_every_wait_now_and_later() -> None:
    notifier = Notifier()

    async def waits() -> bool:
        waiting = asyncio.create_task(notifier.wait(notifier.count, 3600))
        await asyncio.sleep(0)
        threading.Thread(target=notifier.close).start()
        return await waiting and await notifier.wait(notifier.count, 3600)

    assert asyncio.run(waits()) is True
    assert notifier.closed


def test_a_loop_that_has_ended_while_it_waited_stops_nobody() -> None:
    notifier = Notifier()
    gone = asyncio.new_event_loop()
    task = gone.create_task(notifier.wait(notifier.count, 3600))
    gone.run_until_complete(asyncio.sleep(0))
    task.cancel()
    gone.run_until_complete(asyncio.gather(task, return_exceptions=True))
    gone.close()
    notifier.notify()
    assert notifier.count == 1
