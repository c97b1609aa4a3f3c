"""Which tables does every service have, whatever it does?

Events out and in, idempotency keys, audit, the change feed, jobs, facts, and the replica of who may
do what where. Plain tables, not mapped classes: they are touched on every command.
"""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from shared.persistence.types import Json, UtcDateTime

# SQLite numbers rows by itself only in a column declared INTEGER PRIMARY KEY.
_Position = BigInteger().with_variant(Integer, "sqlite")


@dataclass(frozen=True, slots=True)
class PlatformTables:
    """The tables of one service, by role."""

    outbox: Table
    event_sequences: Table
    inbox: Table
    applied_sequences: Table
    idempotency: Table
    audit: Table
    changes: Table
    jobs: Table
    facts: Table
    principals: Table
    access_keys: Table
    unit_nodes: Table
    calendar_days: Table


def platform_tables(metadata: MetaData) -> PlatformTables:
    """Declare the platform's tables in a service's metadata."""
    return PlatformTables(
        outbox=_outbox(metadata),
        event_sequences=Table(
            "event_sequences",
            metadata,
            Column("aggregate_id", String(160), primary_key=True),
            Column("last_seq", BigInteger, nullable=False),
        ),
        inbox=_inbox(metadata),
        applied_sequences=Table(
            "applied_sequences",
            metadata,
            Column("stream", String(64), primary_key=True),
            Column("aggregate_id", String(160), primary_key=True),
            Column("last_seq", BigInteger, nullable=False),
        ),
        idempotency=_idempotency(metadata),
        audit=_audit(metadata),
        changes=_changes(metadata),
        jobs=_jobs(metadata),
        facts=Table(
            "facts",
            metadata,
            Column("key", String(80), primary_key=True),
            Column("value", Json, nullable=False),
        ),
        principals=_principals(metadata),
        access_keys=_access_keys(metadata),
        unit_nodes=_unit_nodes(metadata),
        calendar_days=Table(
            "calendar_days",
            metadata,
            Column("day", Date, primary_key=True),
            Column("kind", String(32), nullable=False),
            Column("name", String(200), nullable=False),
            Column("document", String(300), nullable=False),
            Column("provisional", Boolean, nullable=False),
        ),
    )


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("position", _Position, primary_key=True, autoincrement=True),
        Column("message_id", Uuid, nullable=False, unique=True),
        Column("stream", String(64), nullable=False),
        Column("type", String(120), nullable=False),
        Column("aggregate_id", String(160), nullable=False),
        Column("aggregate_seq", BigInteger, nullable=False),
        Column("occurred_at", UtcDateTime, nullable=False),
        Column("body", Text, nullable=False),  # the whole envelope as it goes out
        # pending | published | no_subscribers
        Column("state", String(16), nullable=False, server_default="pending"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("next_attempt_at", UtcDateTime),
        Column("last_error", String(500)),
        Column("published_at", UtcDateTime),
        UniqueConstraint("aggregate_id", "aggregate_seq"),
        Index(
            "ix_outbox_pending",
            "position",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("position", _Position, primary_key=True, autoincrement=True),
        Column("consumer", String(64), nullable=False),
        Column("message_id", String(64), nullable=False),
        Column("stream", String(64)),
        Column("type", String(120)),
        Column("aggregate_id", String(160)),
        Column("aggregate_seq", BigInteger),
        Column("body", LargeBinary, nullable=False),  # as received, even if undecodable
        # pending | done | ignored | superseded | parked | skipped
        Column("state", String(16), nullable=False, server_default="pending"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("next_attempt_at", UtcDateTime),
        Column("last_error", String(500)),
        Column("received_at", UtcDateTime, nullable=False),
        Column("handled_at", UtcDateTime),
        UniqueConstraint("consumer", "message_id"),
        Index("ix_inbox_state_position", "state", "position"),
        Index("ix_inbox_aggregate", "aggregate_id", "state"),
    )


def _idempotency(metadata: MetaData) -> Table:
    return Table(
        "idempotency_keys",
        metadata,
        Column("principal_id", Uuid, primary_key=True),
        Column("route", String(200), primary_key=True),
        Column("key", String(255), primary_key=True),
        Column("request_hash", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", UtcDateTime, nullable=False, index=True),
    )


def _audit(metadata: MetaData) -> Table:
    return Table(
        "audit",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", UtcDateTime, nullable=False),
        Column("actor_kind", String(16), nullable=False),  # person | system | service
        Column("actor_id", String(80), nullable=False),
        Column("on_behalf_of", String(80)),
        Column("via", String(16)),
        Column("action", String(160), nullable=False),
        Column("outcome", String(16), nullable=False),  # done | refused
        Column("reason", Text),
        Column("touched", Json, nullable=False),  # [{resource, id, revision}]
        Column("trace_id", String(32)),
        # given by the sweeper after commit, when the order is final
        Column("position", BigInteger, unique=True),
        Column("prev_hash", String(64)),
        Column("hash", String(64)),
        Index("ix_audit_at", "at"),
    )


def _changes(metadata: MetaData) -> Table:
    return Table(
        "changes",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("resource", String(64), nullable=False),
        Column("resource_id", Uuid, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("unit_code", String(64)),
        Column("at", UtcDateTime, nullable=False),
        # given by one sequencer after commit, so a reader can never skip a late committer
        Column("position", BigInteger, unique=True),
    )


def _jobs(metadata: MetaData) -> Table:
    return Table(
        "jobs",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", String(64), nullable=False),
        Column("principal_id", Uuid, nullable=False),
        # queued | running | succeeded | failed
        Column("state", String(16), nullable=False, index=True),
        Column("payload", Json, nullable=False),
        Column("result", Json),
        Column("problem", Json),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("revision", Integer, nullable=False, server_default="1"),
        Column("created_at", UtcDateTime, nullable=False),
        Column("started_at", UtcDateTime),
        Column("finished_at", UtcDateTime),
    )


def _principals(metadata: MetaData) -> Table:
    return Table(
        "principals",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", String(16), nullable=False),
        Column("name", String(200), nullable=False),  # of a system; empty for people
        Column("unit_code", String(64)),
        Column("position", String(32)),  # head | deputy | officer
        Column("active", Boolean, nullable=False),
        Column("grants", Json, nullable=False),  # [{unit_code, role, scopes}]
        Column("revision", BigInteger, nullable=False),
        Index("ix_principals_unit_code", "unit_code"),
    )


def _access_keys(metadata: MetaData) -> Table:
    return Table(
        "access_keys",
        metadata,
        Column("key_id", String(32), primary_key=True),
        Column("principal_id", Uuid, nullable=False),
        Column("secret_hash", String(64), nullable=False),
        Column("expires_at", UtcDateTime),
        Column("revoked_at", UtcDateTime),
        Index("ix_access_keys_principal_id", "principal_id"),
    )


def _unit_nodes(metadata: MetaData) -> Table:
    return Table(
        "unit_nodes",
        metadata,
        Column("code", String(64), primary_key=True),
        Column("name", String(300), nullable=False),
        Column("parent_code", String(64)),
        Column("path", String(1000), nullable=False),  # "/SVHTT/VP/"
        Column("active", Boolean, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Index("ix_unit_nodes_path", "path"),
    )
