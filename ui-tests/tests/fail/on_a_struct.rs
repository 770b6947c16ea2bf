use spikard::grpc_stream;

#[grpc_stream(service = "recordservice.RecordService")]
struct Records;

fn main() {}
