"""What does somebody who typed `make run` want to know? What is here, and what happens next."""

import asyncio
from collections.abc import Callable
from typing import Any

from services.sample.client import Client

SHOWN = 5
WAIT_ROUNDS, WAIT_SECONDS = 40, 0.25


async def summary(client: Client, text: Callable[..., str]) -> list[str]:
    """Lines about plans, obligations and the next reminders."""
    plans = await client.items("/plans/v1/plans")
    lines = []
    for plan in plans:
        tasks = await client.items("/plans/v1/tasks", plan_id=plan["id"])
        lines.append(
            text(
                "run.plan",
                number=plan["number"] or "—",
                year=plan["year"],
                tasks=len(tasks),
                state=text(f"run.states.{plan['state']}"),
            )
        )
    reminders = await _next_reminders(client, expected=any(p["state"] == "issued" for p in plans))
    if reminders:
        lines.append(text("run.next_reminders"))
    lines += [
        text(
            "run.reminder",
            day=reminder["due_at"][:16].replace("T", " "),
            unit=reminder["unit_code"],
            title=reminder["title"][:80],
        )
        for reminder in reminders
    ]
    return lines or [text("run.empty")]


async def _next_reminders(client: Client, *, expected: bool) -> list[dict[str, Any]]:
    """The next reminders; where some are expected, once all events have arrived."""
    for _ in range(WAIT_ROUNDS if expected else 0):
        if not await _events_waiting(client):
            break
        await asyncio.sleep(WAIT_SECONDS)
    page = await client.get(
        "/notifications/v1/reminders", state="planned", sort="due_at", limit=SHOWN
    )
    return list(page["items"])


async def _events_waiting(client: Client) -> int:
    sent = await client.get("/plans/v1/events/status")
    received = await client.get("/notifications/v1/events/status")
    return int(sent["outbox"].get("pending", 0)) + int(received["inbox"].get("pending", 0))
