"""What does somebody who typed `make run` want to know? What is here, and what happens next."""

from collections.abc import Callable

from services.sample.client import Client

SHOWN = 5


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
    reminders = await client.get(
        "/notifications/v1/reminders", state="planned", sort="due_at", limit=SHOWN
    )
    if reminders["items"]:
        lines.append(text("run.next_reminders"))
    lines += [
        text(
            "run.reminder",
            day=reminder["due_at"][:16].replace("T", " "),
            unit=reminder["unit_code"],
            title=reminder["title"][:80],
        )
        for reminder in reminders["items"]
    ]
    return lines or [text("run.empty")]
