use spikard::grpc_stream;

struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Records {
}

fn main() {}
