//! Types by their full paths, with nothing imported.

#[::spikard::grpc_stream(service = "greeter.Greeter")]
async fn greet(
    request: ::spikard::GrpcRequest<::std::string::String>,
) -> ::core::result::Result<
    ::spikard::GrpcServerStreamResponse<crate::full_paths::Word>,
    ::spikard::Status,
> {
    let words = request.payload.split(' ').map(str::to_owned);
    Ok(words.collect::<Vec<_>>().into())
}

type Word = String;

#[test]
fn runs() {
    let info = &<Greet as spikard::GrpcService>::METHODS[0];
    assert_eq!(info.kind, spikard::Kind::ServerStreaming);
    let answer = spikard_ui_tests::call(&mut Greet, "greeter.Greeter/Greet", &[b"\x0a\x03a b"]);
    assert_eq!(answer.messages, ["\x0a\x01a", "\x0a\x01b"]);
}
