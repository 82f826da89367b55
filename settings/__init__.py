"""What differs between installations: read once at the front door and handed on."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

HOUSE = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """One installation, from the environment (``SAFEGROUND_...``); nothing changes it later.

    Everything here is needed before the database can be read. What an administrator may
    change while the app runs (base map, retention) is kept in the database instead.
    """

    model_config = SettingsConfigDict(env_prefix="SAFEGROUND_", frozen=True, extra="forbid")

    var: Path = Field(
        default=HOUSE / "var", description="Folder for the embedded store and temporary files"
    )
    database_url: str = Field(default="", description="PostGIS by URL; empty means SQLite in `var`")
    sample: bool = Field(
        default=False, description="The invented town and demo sign-ins; localhost only"
    )
    codes: Path = Field(default=HOUSE / "data" / "codes", description="Folder of the code lists")
    concern_key: SecretStr = Field(
        default=SecretStr(""),
        description="Keys that seal what reporters typed; empty means a key file in `var`",
    )
    secure_cookies: bool = Field(default=True, description="Send the session cookie over TLS only")
    idle_minutes: int = Field(
        default=30, ge=1, description="Sign-in ends after so long without an act"
    )
    session_hours: int = Field(
        default=12, ge=1, description="Sign-in ends after so long in any case"
    )
    upload_megabytes: int = Field(
        default=1024, ge=1, description="Largest file that an import takes"
    )
    proxies: int = Field(
        default=0, ge=0, le=9, description="Proxies in front that add to X-Forwarded-For"
    )
    leave_for: str = Field(
        default="",
        pattern=r"^(https://[^\s;\"'<>]+)?$",
        description='Where "Leave this site" leads; empty means a page that says nothing',
    )

    mail_host: str = Field(default="", description="Mail server; empty means no mail is sent")
    mail_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server")
    mail_sender: str = Field(default="", description="Address that mail comes from")
    mail_user: str = Field(default="", description="User at the mail server; empty: no sign-in")
    mail_password: SecretStr = Field(
        default=SecretStr(""), description="Password at the mail server"
    )
    mail_starttls: bool = Field(
        default=True, description="Encrypt the line before anything is said"
    )
    digest_hour: int = Field(
        default=7, ge=0, le=23, description="Hour in London from which the daily digest goes out"
    )
    public_url: str = Field(
        default="http://localhost:8501",
        pattern=r"^https?://[^\s;\"'<>]+$",
        description="Address under which people open Safeground, for the links in mail",
    )

    streets: Path | None = Field(
        default=None,
        description="File of streets by which patrols are planned; empty means straight lines",
    )

    @property
    def database(self) -> str:
        """The URL that SQLAlchemy takes."""
        return self.database_url or f"sqlite:///{self.var / 'safeground.db'}"

    @property
    def street_file(self) -> Path | None:
        """The streets of the installation: those named, or the invented town's with the sample."""
        return self.streets or (HOUSE / "data/sample/eldermere.gpkg" if self.sample else None)

    @property
    def assets(self) -> Path:
        """Where set-up puts the map's scripts, styles and fonts."""
        return self.var / "assets"

    @property
    def uploads(self) -> Path:
        """Private folder for files on their way in; emptied at start."""
        return self.var / "uploads"
