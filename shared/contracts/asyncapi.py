"""Which events can a partner hear? An AsyncAPI 3.0 document, made from the event classes."""

from typing import Any

from pydantic.json_schema import models_json_schema

from shared.contracts import catalogue, subscribers
from shared.contracts.base import Event
from shared.texts import text

EXCHANGE = "cchc.events"
_ENVELOPE = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time", "stream", "sequence"],
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string"},
        "type": {"type": "string"},
        "subject": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string", "const": "application/json"},
        "stream": {"type": "string"},
        "sequence": {"type": "integer", "minimum": 1},
        "traceparent": {"type": ["string", "null"]},
    },
}


def document(language: str = "vi") -> dict[str, Any]:
    """The AsyncAPI document of all services."""
    events = list(catalogue().values())
    _, definitions = models_json_schema(
        [(event, "serialization") for event in events],
        ref_template="#/components/schemas/{model}",
    )
    streams = sorted({event.stream for event in events})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": text("asyncapi.title", language=language),
            "version": "1.0.0",
            "description": text("asyncapi.description", language=language),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {_key(s): _channel(s, events, language) for s in streams},
        "operations": _operations(streams),
        "components": {
            "messages": {_key(event.type): _message(event) for event in events},
            "schemas": {"Envelope": _ENVELOPE, **definitions["$defs"]},
        },
    }


def _channel(stream: str, events: list[type[Event]], language: str) -> dict[str, Any]:
    listeners = ", ".join(sorted(subscribers(stream))) or "—"
    return {
        "address": stream,
        "description": text("asyncapi.channel", language=language, listeners=listeners),
        "messages": {
            _key(event.type): {"$ref": f"#/components/messages/{_key(event.type)}"}
            for event in events
            if event.stream == stream
        },
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EXCHANGE, "type": "topic", "durable": True},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operations(streams: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for stream in streams:
        publisher = stream.partition(".")[0]
        reference = {"$ref": f"#/channels/{_key(stream)}"}
        found[f"{publisher}_sends_{_key(stream)}"] = {"action": "send", "channel": reference}
        for listener in sorted(subscribers(stream)):
            found[f"{listener}_receives_{_key(stream)}"] = {
                "action": "receive",
                "channel": reference,
            }
    return found


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": " ".join((event.__doc__ or "").split()),
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "type": "object",
                    "required": ["data"],
                    "properties": {
                        "type": {"const": event.type},
                        "data": {"$ref": f"#/components/schemas/{event.__name__}"},
                    },
                },
            ]
        },
    }


def _key(name: str) -> str:
    return name.replace(".", "_")
