//! The methods of the service.

use std::sync::Arc;

use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::{
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcService, Handler, Messages, MethodInfo,
    MethodOptions, Status,
};

use super::messages::{HealthListRequest, HealthListResponse};
use super::statuses::Statuses;
use super::watch::Watch;

const NAME: &str = "grpc.health.v1.Health";
const CHECK: &str = "Check";
const LIST: &str = "List";
const WATCH: &str = "Watch";
const NO_OPTIONS: MethodOptions = MethodOptions::new();

/// Answers from the statuses of the server.
pub(in crate::server) struct HealthService(pub(super) Arc<Statuses>);

type Checked = Result<GrpcResponse<HealthCheckResponse>, Status>;
type Listed = Result<GrpcResponse<HealthListResponse>, Status>;
type Watched = Result<GrpcDuplexResponse<HealthCheckResponse>, Status>;

impl HealthService {
    fn check(&self, request: GrpcRequest<HealthCheckRequest>) -> Checked {
        let service = request.payload.service;
        let status = self
            .0
            .of(&service)
            .ok_or_else(|| Status::not_found(format!("this server has no service {service:?}")))?;
        let status = status.into();
        Ok(GrpcResponse::from(HealthCheckResponse { status }))
    }

    fn list(&self) -> Listed {
        let statuses = self.0.all().into_iter();
        let statuses = statuses.map(|(service, status)| {
            let status = status.into();
            (service, HealthCheckResponse { status })
        });
        Ok(GrpcResponse::from(HealthListResponse {
            statuses: statuses.collect(),
        }))
    }

    fn watch(&self, request: GrpcRequest<HealthCheckRequest>) -> Watched {
        let watch = Watch::new(request.payload.service, self.0.subscribe());
        Ok(GrpcDuplexResponse::from(Messages::new(watch)))
    }
}

impl GrpcService for HealthService {
    const NAME: &'static str = NAME;

    const METHODS: &'static [MethodInfo] = &[
        MethodInfo::of::<GrpcRequest<HealthCheckRequest>, Checked>(CHECK, NO_OPTIONS, HANDLER),
        MethodInfo::of::<GrpcRequest<HealthListRequest>, Listed>(LIST, NO_OPTIONS, HANDLER),
        MethodInfo::of::<GrpcRequest<HealthCheckRequest>, Watched>(WATCH, NO_OPTIONS, HANDLER),
    ];

    fn call(self: Arc<Self>, index: usize, call: ServerCall) -> ResponseFuture {
        // A server whose buffer is full is busy, not ill.
        let call = call.apart();
        let target = |method| Target::new(NAME, method, NO_OPTIONS);
        match index {
            0 => call.run(target(CHECK), async move |request| self.check(request)),
            1 => call.run(
                target(LIST),
                async move |_: GrpcRequest<HealthListRequest>| self.list(),
            ),
            _ => call.run(target(WATCH), async move |request| self.watch(request)),
        }
    }
}

const HANDLER: Handler = Handler::Rust(std::borrow::Cow::Borrowed("ServerBuilder::health"));
