use spikard::grpc_stream;

#[grpc_stream(service = "recordservice.RecordService")]
mod records {}

fn main() {}
