"""Which libraries do all processes of the platform share? Imported once, before they are forked.

Only other people's code: the product's is imported by each process itself, after its environment is
set, because crash points are bound when it is imported.
"""

import aio_pika
import aiormq
import aiosmtplib
import aiosqlite
import alembic.command
import asyncpg
import docx
import fastapi
import fastapi_offline
import httpx
import jinja2
import lxml.etree
import prometheus_client
import pydantic_settings
import sqlalchemy.ext.asyncio
import sqlmodel
import structlog
import uvicorn

LIBRARIES = (
    aio_pika, aiormq, aiosmtplib, aiosqlite, alembic.command, asyncpg, docx, fastapi, fastapi_offline,
    httpx, jinja2, lxml.etree, prometheus_client, pydantic_settings, sqlalchemy.ext.asyncio, sqlmodel,
    structlog, uvicorn,
)  # fmt: skip
