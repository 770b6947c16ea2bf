"""The health of services, ``grpc.health.v1``, from within the program."""

from __future__ import annotations

from spikard.grpc._health import HEALTH


def set(service: str, *, serving: bool) -> None:  # noqa: A001 - it is called as health.set
    """Has health say NOT_SERVING for a service, or SERVING again; from any thread.

    For a service that cannot work for now, while the others can::

        from spikard.grpc import health

        health.set("shop.Orders", serving=False)

    Clients and load balancers that check the health of the service look elsewhere; calls are served all the same. The
    empty name is the server as a whole. It holds for all servers of this process, and with workers for this one. Before
    a server has started, as in its lifespan, it holds from its start on; a server that drains says NOT_SERVING whatever
    is set. A ``ValueError`` names a service that no server has.
    """
    if not isinstance(service, str):
        raise TypeError(
            f'health.set takes the full name of a service, "package.Service", or "" for the server, not {service!r}'
        )
    HEALTH.set(service, bool(serving))
