"""What every command needs: the store of this installation and the operator at work."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from domain import code_editing
from domain.errors import Invalid, busy
from domain.people import Actor, operator
from settings import Settings
from store import migrate
from store.database import Store, alive, connect


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
        if not alive(store.engine):
            raise Invalid("The database does not answer. Check SAFEGROUND_DATABASE_URL.")
        if current and not migrate.is_current(store.engine):
            raise Invalid("The database is not up to date. Run: safeground db upgrade")
        yield store
    finally:
        store.close()


def me() -> Actor:
    """Return the operator, by the name that the system gives."""
    return operator(getpass.getuser())
