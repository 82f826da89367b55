"""``safeground person``: the first people of an installation, before anyone can sign in."""

from typing import Annotated

import typer

from cli.house import me, opened
from domain import accounts, grants
from domain.errors import Invalid
from domain.people import Role

app = typer.Typer(help="People who sign in. Later ones are added on the People page.")
ROLES = ", ".join(role.name.lower() for role in Role)


@app.callback()
def about() -> None:
    """Work with the people of this installation."""


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="What they sign in with")],
    name: Annotated[str, typer.Option(help="Their name, as colleagues know it")],
    role: Annotated[str, typer.Option(help=f"One of: {ROLES}")] = "administrator",
    agency: Annotated[
        str, typer.Option(help="Their agency; made if it is new")
    ] = "The partnership",
    kind: Annotated[str, typer.Option(help="What kind of agency a new one is")] = "council",
) -> None:
    """Add a person with one role, and print their one-time password.

    The first administrator of an installation:

        safeground person add r.fox --name "R Fox"
    """
    if role.upper() not in Role.__members__:
        raise Invalid(f"There is no such role. Use one of: {ROLES}.")
    with opened() as store, store.writing() as session:
        known = {each.name: each.id for each in accounts.agencies(session, me())}
        home = known.get(agency) or accounts.add_agency(session, me(), name=agency, kind=kind).id
        person, password = accounts.add_user(
            session, me(), username=username, name=name, agency_id=home
        )
        grants.give(session, me(), person.id, role=Role[role.upper()], reason="Added by command")
    typer.echo(f"{username} can sign in as {Role[role.upper()].value}.")
    typer.echo(f"One-time password, to be changed at the first sign-in: {password}")
