"""The one place where the environment is read."""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from memory.private import own_folder
from tools.errors import Rejected
from tools.findings import findings

SHORTEST_SECRET = 16
"""Characters of FRIDAY_SECRET_KEY."""


@dataclass(frozen=True)
class Keys:
    """The secret that seals digests, audit rows and bearers. Old ones only verify. Ids are the first hex of a hash."""

    current: bytes = field(repr=False)
    current_id: str
    old: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)

    def by_id(self, key_id: str) -> bytes | None:
        """The secret behind an id that stands in front of a digest, or None when it is not known."""
        return self.current if key_id == self.current_id else self.old.get(key_id)


def key_id(secret: bytes) -> str:
    """A name for a secret that does not give it away."""
    return sha256(b"friday key id\0" + secret).hexdigest()[:8]


def is_loopback(host: str) -> bool:
    """Whether a name or address only ever means this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """Everything that can be set, as `FRIDAY_*` variables or in `.env`."""

    model_config = SettingsConfigDict(env_prefix="FRIDAY_", env_file=".env", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    secret_key: SecretStr | None = None
    secret_key_old: SecretStr | None = None
    model: str = "offline"
    model_api_base: str = ""
    model_api_key: SecretStr | None = None
    smtp_url: str = ""
    chroma_url: str = ""
    embeddings: Literal["charhash", "minilm", "off"] = "charhash"
    minilm_dir: Path | None = None  # the folder `minilm` of the data directory when empty
    slack_signing_secret: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None  # Socket Mode
    slack_api_url: str = "https://slack.com/api/"
    slack_firm: str = ""  # the tenant's id, where the store has several firms
    role: Literal["all", "web"] = "all"  # with PostgreSQL: "web" leaves the jobs to `friday work`
    executor_id: str = ""  # with PostgreSQL: stable per process, the host's name when empty

    @field_validator("public_url")
    @classmethod
    def _whole(cls, given: str) -> str:
        """Without its scheme nothing could tell whose name it is, and who can reach it."""
        if given and not _is_whole(given):
            raise ValueError(
                f"write the whole address that people open, such as https://friday.example.com, not {given!r}"
            )
        return given

    @field_validator("chroma_url")
    @classmethod
    def _server(cls, given: str) -> str:
        """Without its scheme a name would be taken for one, and this machine for the server."""
        if given and not (_is_whole(given) and urlsplit(given).path in ("", "/")):
            raise ValueError(
                f"write the address of the Chroma server, such as http://10.0.0.5:8000, not {given!r}"
            )
        return given.rstrip("/")

    @property
    def slack(self) -> bool:
        """Whether there is a Slack to talk with."""
        return bool(self.slack_signing_secret or self.slack_app_token)

    @property
    def store_url(self) -> str:
        """Where the store is: a SQLite file in the data directory unless a database is named."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'friday.sqlite'}"

    @property
    def embedded(self) -> bool:
        """Whether everything lives in the data directory, with one process running the jobs."""
        return self.store_url.startswith("sqlite")

    @property
    def folders(self) -> tuple[Path, ...]:
        """What one process has to itself with an embedded store: the data directory and the database's folder."""
        file = make_url(self.store_url).database if self.embedded else None
        return (self.data_dir, Path(file).absolute().parent) if file else (self.data_dir,)

    @property
    def base_url(self) -> str:
        """How people reach this server."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach this server, by its own address or through a proxy."""
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return not is_loopback(self.host) or bool(public and not is_loopback(public))


def _is_whole(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port  # ValueError for one that is none
    except ValueError:
        return False
    named = parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
    return named and not (parts.query or parts.fragment or parts.username or " " in address)


def read_settings() -> Settings:
    """The settings of the environment and `.env`. Rejected names each variable that is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        fields = {
            "FRIDAY_" + name.replace(".", "_").upper(): why for name, why in findings(error).items()
        }
        told = "; ".join(f"{name} {why}" for name, why in fields.items())
        raise Rejected(f"A setting is wrong. {told}.", fields=fields) from None
    _check_secrets(settings)
    return settings


def _check_secrets(settings: Settings) -> None:
    """Whoever guesses the secret makes bearers and digests of their own."""
    given = settings.secret_key
    if given is not None and len(given.get_secret_value()) < SHORTEST_SECRET:
        why = (
            f"must have at least {SHORTEST_SECRET} characters; leave it out and a good one is made"
        )
        raise Rejected(
            f"A setting is wrong. FRIDAY_SECRET_KEY {why}.", fields={"FRIDAY_SECRET_KEY": why}
        )


def load_keys(settings: Settings) -> Keys:
    """The secret from the settings, else the one in the data directory, made there the first time."""
    given = settings.secret_key
    current = given.get_secret_value().encode() if given else _kept_secret(settings.data_dir)
    old: dict[str, bytes] = {}
    if settings.secret_key_old:
        earlier = settings.secret_key_old.get_secret_value().encode()
        old[key_id(earlier)] = earlier
    return Keys(current=current, current_id=key_id(current), old=old)


def _kept_secret(data_dir: Path) -> bytes:
    path = data_dir / "secret_key"
    own_folder(data_dir)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(made, "wb") as file:
        secret = secrets.token_urlsafe(48).encode()
        file.write(secret)
    return secret
