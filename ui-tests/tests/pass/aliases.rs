//! The kind comes from the types: an alias is as good as the name.

use spikard::{GrpcBidiStreamRequest as In, GrpcBidiStreamResponse, GrpcService, Kind, Status};
use spikard_ui_tests::call;

type Numbers = In<u32>;
type Doubled = Result<GrpcBidiStreamResponse<u32>, Status>;

#[spikard::grpc_stream(service = "numbers.Numbers")]
async fn double(request: Numbers) -> Doubled {
    let doubled = request.messages.into_iter().map(|number| number * 2);
    Ok(doubled.collect::<Vec<_>>().into())
}

#[test]
fn runs() {
    assert_eq!(Double::METHODS[0].kind, Kind::Bidirectional);
    let answer = call(&mut Double, "numbers.Numbers/Double", &[&[8, 2], &[8, 3]]);
    assert_eq!(answer.status, 0);
    assert_eq!(answer.messages, [&[8, 4][..], &[8, 6]]);
}
