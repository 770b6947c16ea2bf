"""grpcio, whose published types ask for serializers that it does without."""

from typing import Any

import grpc as _grpc
import grpc.aio as _aio

grpc: Any = _grpc
aio: Any = _aio
