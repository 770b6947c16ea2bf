"""A servicer of a module without grpcio: its methods are those of the descriptor."""

from collections.abc import Iterator
from typing import Any

from orders_pb2 import DESCRIPTOR, Item, Total
from spikard.grpc import servicer


class Orders:
    """Written for the generated base, which it does without."""

    def AddUp(self, request_iterator: Iterator[Item], context: Any) -> Total:
        """Sum up."""
        return Total(value=sum(item.value for item in request_iterator))


orders = servicer(Orders(), service=DESCRIPTOR.services_by_name["Orders"])
