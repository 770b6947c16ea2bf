"""A stream as columns: a million readings or more, summarised by polars."""

import polars as pl
import pyarrow as pa

import readings_pb2
from spikard.grpc import GrpcBidiStreamRequest, GrpcBidiStreamResponse, grpc_stream


# A def: it runs in a thread, and other calls go on meanwhile.
@grpc_stream(
    service=readings_pb2.DESCRIPTOR.services_by_name["Readings"], max_messages=5_000_000, max_stream_bytes="256MiB"
)
def summarise(request: GrpcBidiStreamRequest[pa.Table]) -> GrpcBidiStreamResponse[pa.Table]:
    """Answer with a summary of each sensor, by name."""
    # A table is taken over as it is: nothing is copied.
    readings = pl.DataFrame(request.messages)
    if readings["sensor"].str.len_bytes().min() == 0:
        first = (readings["sensor"] == "").arg_max()
        raise ValueError(f"messages[{first}]: a reading must name its sensor")
    summaries = readings.group_by("sensor").agg(
        count=pl.len(),
        mean=pl.col("value").mean(),
        highest=pl.col("value").max(),
        highest_at=pl.col("at").sort_by("value").last(),
    )
    # The columns are those of a Summary, in any order, and of types that fit.
    return GrpcBidiStreamResponse(summaries.sort("sensor").to_arrow())
