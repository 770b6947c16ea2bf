use spikard::grpc_stream;

struct Records;

#[grpc_stream(service = "recordservice.RecordService")]
impl Default for Records {
    fn default() -> Self {
        Self
    }
}

fn main() {}
