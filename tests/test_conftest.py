"""What holds of every asynchronous test."""

import asyncio

import uvloop


async def test_asynchronous_tests_run_on_the_programs_event_loop() -> None:
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
