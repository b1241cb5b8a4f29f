"""How the times of one file are read: the order all its dates decide, unless told; its zone and its as-of."""

from dataclasses import replace
from datetime import datetime

from data.loaders.mappings import Mapping
from data.loaders.values.calendars import NAMED_ZONES
from data.loaders.values.date_orders import OrderDecision, OrderEvidence
from data.loaders.values.dates import WIB, DateStyle


def decided(found: OrderEvidence, mapping: Mapping, as_of: datetime | None) -> tuple[OrderDecision, DateStyle]:
    """Return the order of day and month of a file and the style its times are read in."""
    order = found.decide()
    if mapping.date_order:
        order = replace(order, order=mapping.date_order, reason="given on the command line or in the mapping file")
    zone = NAMED_ZONES[mapping.zone] if mapping.zone else WIB
    return order, DateStyle(order=order.order or "dmy", zone=zone, as_of=mapping.as_of or as_of)


def sentence(order: OrderDecision) -> str:
    """Return the decision as a sentence of the report."""
    return f"date order {order.order or 'not needed'}: {order.reason}"
