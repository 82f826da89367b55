"""Every table there is: importing this names them all to the metadata (migrations, tests)."""

from domain import (
    accounts,
    annotations,
    areas,
    audit,
    batches,
    concerns,
    gazetteer,
    incidents,
    insights,
    jobs,
    places,
    preferences,
    premises,
    sessions,
    touches,
    views,
)
from store.database import Base

MODULES = (
    accounts,
    annotations,
    areas,
    audit,
    batches,
    concerns,
    gazetteer,
    incidents,
    insights,
    jobs,
    places,
    preferences,
    premises,
    sessions,
    touches,
    views,
)
METADATA = Base.metadata
