"""What can a partner hear, on one page? The AsyncAPI document for people."""

from html import escape
from typing import Any

from shared.contracts.asyncapi import document
from shared.texts import text

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="/{first}/_ours/icon.svg"><link rel="stylesheet" href="/{first}/_ours/front.css">
</head><body><main><h1>{title}</h1><p class="lead">{lead}</p>
<p><a href="/asyncapi.json?lang={language}">{raw}</a></p>{streams}</main></body></html>"""
_STREAM = "<h2><code>{stream}</code></h2><p>{listeners}</p>{messages}"
_MESSAGE = "<h3><code>{name}</code></h3><p>{meaning}</p><table>{rows}</table>"
_ROW = "<tr><td><code>{field}</code></td><td>{kind}</td></tr>"


def events_page(first_service: str, language: str) -> str:
    """The page as HTML; assets come from the first service."""
    found = document(language)
    schemas = found["components"]["schemas"]
    messages = found["components"]["messages"]
    streams = "".join(
        _STREAM.format(
            stream=escape(channel["address"]),
            listeners=escape(channel["description"]),
            messages="".join(_message(messages[key], schemas) for key in channel["messages"]),
        )
        for channel in found["channels"].values()
    )
    return _PAGE.format(
        language=language,
        title=escape(text("asyncapi.title", language=language)),
        lead=escape(text("asyncapi.description", language=language)),
        raw=escape(text("asyncapi.raw", language=language)),
        first=first_service,
        streams=streams,
    )


def _message(message: dict[str, Any], schemas: dict[str, Any]) -> str:
    fields = schemas[message["title"]]["properties"]
    rows = "".join(
        _ROW.format(field=escape(name), kind=escape(_kind(schema)))
        for name, schema in fields.items()
    )
    return _MESSAGE.format(
        name=escape(message["name"]), meaning=escape(message["summary"]), rows=rows
    )


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_kind(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "—")
