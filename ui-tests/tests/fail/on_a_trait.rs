use spikard::grpc_stream;

#[grpc_stream(service = "recordservice.RecordService")]
pub trait Records {
    fn import(&self);
}

fn main() {}
