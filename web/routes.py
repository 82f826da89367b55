"""Every plain page there is."""

from starlette.routing import BaseRoute

from domain.sessions import SignInRules
from store.database import Store
from web.door import Door
from web.forms import Forms
from web.page import static_routes
from web.sign_in import SignInPages


def web_routes(store: Store, *, rules: SignInRules, secure: bool, sample: bool) -> list[BaseRoute]:
    """Serve the plain pages from ``store``, and their style at ``/web``.

    ``secure`` keeps cookies to TLS; ``sample`` lists the demo sign-ins, whose ``rules.demo``
    must be set too.
    """
    door = Door(store, rules, secure)
    return [*SignInPages(door, Forms(secure), sample).routes(), *static_routes()]
