//! The path of a declared service as a variable of `macro_rules!`, inside of a function, and where no
//! name is in scope.

use spikard::{GrpcRequest, GrpcResponse, Status, grpc_stream};
use spikard_ui_tests::table;

macro_rules! get {
    ($service:path, $function:ident, $name:ident, $method:literal, $item:ident) => {
        #[grpc_stream(service = $service, method = $method, name = $name)]
        async fn $function(
            _request: GrpcRequest<$crate::declared_in_a_macro::pb::ItemId>,
        ) -> Result<GrpcResponse<$crate::declared_in_a_macro::pb::$item>, Status> {
            Ok(GrpcResponse::default())
        }
    };
}

mod pb {
    pub(crate) use spikard_ui_tests::pb::messageservice::*;
}

get!(
    crate::declared_in_a_macro::pb::message_service,
    get,
    Getting,
    "Get",
    Item
);

mod bare {
    #![no_implicit_prelude]

    #[::spikard::grpc_stream(service = ::spikard_ui_tests::pb::messageservice::message_service)]
    pub(super) async fn get(
        request: ::spikard::GrpcRequest,
    ) -> ::core::result::Result<::spikard::GrpcResponse, ::spikard::Status> {
        ::core::result::Result::Ok(::core::convert::From::from(request.payload))
    }
}

#[test]
fn runs() {
    use pb::message_service as here;

    #[grpc_stream(service = here)]
    async fn get(_: GrpcRequest<pb::ItemId>) -> Result<GrpcResponse<pb::Item>, Status> {
        Ok(GrpcResponse::default())
    }

    assert_eq!(table::<Getting>().len(), 1);
    assert_eq!(table::<Get>().len(), 1);
    assert_eq!(table::<bare::Get>().len(), 1);
}
