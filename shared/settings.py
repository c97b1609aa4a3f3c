"""What can an operator set? Environment variables that start with CCHC_; nothing else is read."""

from datetime import datetime, time
from pathlib import Path

from pydantic import AwareDatetime, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one installation, shared by its services."""

    model_config = SettingsConfigDict(
        env_prefix="CCHC_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(Path("var"), description="databases, files, mail and keys live here")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="0 = a free one")
    sample: bool = Field(default=True, description="load the sample on a first start")
    clock: AwareDatetime | None = Field(None, description="sandbox only: the clock starts here")
    language: str = Field("vi", pattern="^(vi|en)$")
    log_level: str = Field("INFO", pattern="^(?i:debug|info|warning|error|critical)$")
    public_url: str | None = Field(None, description="address people reach the platform at")

    json_body_limit: int = Field(1_000_000, description="bytes")
    upload_limit: int = Field(25_000_000, description="bytes")
    body_seconds: float = Field(30, description="time a client has to send a whole body")
    request_seconds: float = Field(30, description="time a request may take")
    drain_seconds: float = Field(
        1, ge=0, le=60, description="time an api takes calls after SIGTERM, no longer ready"
    )

    database_url: str | None = Field(
        None, description="postgresql+asyncpg://…/cchc_{service}; None = SQLite in the data folder"
    )
    broker_url: SecretStr | None = Field(None, description="amqp://…; needed by workers")

    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: str = Field("starttls", pattern="^(none|starttls|tls)$")
    quiet_from: time = Field(time(21), description="nobody is written to from this hour on")
    quiet_until: time = Field(time(7), description="until this hour, unless it is critical")
    digest_at: time = Field(time(8, 15), description="digests are made, after the rules' hour")
    daily_cap: int = Field(20, ge=1, description="single reminders a person, channel and day")
    send_concurrency: int = Field(4, ge=1, le=64, description="messages on their way at once")
    storm_per_hour: int = Field(2000, ge=1, description="more reminders an hour are held")
    storm_per_unit: int = Field(500, ge=1, description="more a unit and day are held")
    mail_from: str = "CCHC <khong-tra-loi@cchc.invalid>"

    @property
    def sandbox_start(self) -> datetime | None:
        """The instant the sandbox clock starts at; None on a real installation."""
        return self.clock
