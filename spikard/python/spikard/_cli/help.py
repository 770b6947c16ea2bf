"""The texts of the help."""

from __future__ import annotations

DESCRIPTION = "gRPC handlers as plain Python functions, served by a core in Rust."

EPILOG = """\
a handler, in greeter.py:

  from spikard.grpc import GrpcRequest, GrpcResponse, grpc_stream

  @grpc_stream(service="greet.Greeter", method="Hello")
  async def hello(request: GrpcRequest) -> GrpcResponse:
      return GrpcResponse(payload=request.payload)

examples:

  spikard serve greeter                        on 127.0.0.1:50051
  spikard serve greeter --reload               while it is being written
  spikard routes greeter                       what would be served
"""

SERVE_DESCRIPTION = """\
Serve handlers until SIGTERM or Ctrl-C, then shut down gracefully: calls in flight
finish within the grace period. A second signal ends the process at once. Handlers
that a module sets for these signals are not called; functions of atexit are.

A TARGET is a module with handlers, or module:name for one handler or for one
instance of a class with handlers.
"""

SERVE_EPILOG = """\
Every option has an environment variable, SPIKARD_ and the name of the flag:
SPIKARD_BIND, SPIKARD_MAX_MESSAGES; of a switch, SPIKARD_REFLECTION=1, SPIKARD_HEALTH=0.
A flag takes precedence over its variable.
A SIZE is a number of bytes, or 64KiB, 8MiB, 1GiB; a TIME is seconds, or 250ms, 5s, 1m30s.

examples:

  spikard serve batch_handler transform_handler:handle_transform_stream
      every handler of one module, and one of another

  spikard serve shop --bind 0.0.0.0:50051 --workers 4
      four processes that share the port; one that dies is restarted

  spikard serve shop --reload --log-level debug
      restart when a file changes (pip install watchfiles)

  spikard serve shop --tls-cert server.pem --tls-key server.key --tls-client-ca ca.pem
      mutual TLS: clients need a certificate of your own authority

  spikard serve shop --uds /run/shop.sock --grace 5s
      on a Unix socket, with a grace period of 5 seconds

exit codes: 0 after a graceful shutdown, 1 when a process had to be killed, 2 for a mistake
in the targets or the options.
"""

ROUTES_DESCRIPTION = "Print what would be served, without serving it: service, method, kind, handler, limits."

ROUTES_EPILOG = """\
examples:

  spikard routes batch_handler
  spikard routes batch_handler --json | jq '.[].path'
  spikard routes batch_handler --complete-services      fails where a method has no handler
"""
