"""The ``safeground`` command, for analysts and operators.

Whoever runs it acts as the operator, under the name that the system gives; everything that it
changes is in the audit log.
"""

from typing import Any

import typer
from typer.core import TyperGroup

from cli import (
    aoristic,
    clusters,
    database,
    density_ratio,
    digest,
    evaluate,
    exporting,
    hotspots,
    importing,
    near_repeat,
    packing,
    people,
    periods,
    permissions,
    route,
    sample,
    wording,
    working,
)
from domain.errors import SafegroundError

REFUSED = 2


class Plain(TyperGroup):
    """Says no in one sentence, without a traceback; a fault of ours is shown as it is."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SafegroundError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(REFUSED) from error


app = typer.Typer(
    name="safeground",
    cls=Plain,
    help="The working map of a safeguarding partnership: places, not children.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they could hold records
)
app.add_typer(database.app, name="db")
app.add_typer(sample.app, name="sample")
app.add_typer(people.app, name="person")
app.add_typer(importing.templates, name="template")
app.add_typer(packing.app, name="pack")
app.command("import")(importing.import_file)
app.command()(importing.undo)
app.command()(importing.batches)
app.command()(exporting.export)
app.command()(permissions.permissions)
app.command()(working.work)
app.command()(digest.digest)
app.command()(hotspots.hotspots)
app.command("density-ratio")(density_ratio.density_ratio)
app.command()(clusters.clusters)
app.command("near-repeat")(near_repeat.near_repeat)
app.command()(aoristic.aoristic)
app.command("predict-check")(periods.predict_check)
app.command()(periods.change)
app.command()(evaluate.evaluate)
app.command()(route.route)
app.command("check-text")(wording.check_text)

if __name__ == "__main__":
    app()
