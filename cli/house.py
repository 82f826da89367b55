"""What every command needs: the store of this installation and the operator at work."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from domain import case_data, code_editing
from domain.errors import Invalid, busy
from domain.people import Actor, operator
from exchange.duty_mail import Duty
from exchange.mail import MailServer
from settings import Settings
from store import migrate
from store.database import Store, alive, connect, is_new


def settings() -> Settings:
    """Read the settings; one that is wrong is named."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(f"SAFEGROUND_{'_'.join(map(str, each['loc'])).upper()}"
                          for each in error.errors())  # fmt: skip
        raise Invalid(f"These settings cannot be used as they are: {names}.") from error


def use_lists(chosen: Settings) -> None:
    """Use the code lists as they are in their files now; `Invalid` where one is wrong."""
    code_editing.settle(chosen.codes, chosen.var / "codes")
    case_data.use(chosen.var)


@contextmanager
def opened(*, current: bool = True) -> Iterator[Store]:
    """Open the store, at the newest revision unless ``current`` is false."""
    chosen = settings()
    use_lists(chosen)
    try:
        store = Store(connect(chosen.database), busy)
    except ValueError as error:
        raise Invalid(str(error)) from error
    try:
        if not (alive(store.engine) or is_new(store.engine)):
            raise Invalid("The database does not answer. Check SAFEGROUND_DATABASE_URL.")
        if current and not migrate.is_current(store.engine):
            raise Invalid("The database is not up to date. Run: safeground db upgrade")
        yield store
    finally:
        store.close()


def mail_server(chosen: Settings) -> MailServer | None:
    """Return where this installation hands over its mail, or None where it sends none."""
    if not chosen.mail_host:
        return None
    return MailServer(
        host=chosen.mail_host,
        port=chosen.mail_port,
        sender=chosen.mail_sender,
        user=chosen.mail_user,
        password=chosen.mail_password.get_secret_value(),
        starttls=chosen.mail_starttls,
    )


@contextmanager
def duty(store: Store, chosen: Settings) -> Iterator[None]:
    """Call the duty contact while the block runs, where this installation sends mail."""
    server = mail_server(chosen)
    if server is None:
        yield
        return
    watch = Duty(store, server, chosen.public_url)
    watch.start()
    try:
        yield
    finally:
        watch.stop()


def me() -> Actor:
    """Return the operator, by the name that the system gives."""
    return operator(getpass.getuser())
