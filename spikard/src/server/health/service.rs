//! The methods of the service.

use std::sync::Arc;

use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::call::{Budget, UntilDrain};
use crate::dispatch::{ResponseFuture, ServerCall, Target};
use crate::{
    GrpcDuplexResponse, GrpcRequest, GrpcResponse, GrpcService, Handler, Messages, MethodInfo,
    MethodOptions, Status, wire,
};

use super::messages::{HealthListRequest, HealthListResponse};
use super::statuses::Statuses;
use super::watch::Watch;

const NAME: &str = "grpc.health.v1.Health";
const CHECK: &str = "Check";
const LIST: &str = "List";
const WATCH: &str = "Watch";

/// A request is the name of a service at most, 1 KiB: less than its call takes anyway.
const OPTIONS: MethodOptions = MethodOptions::new().max_message_bytes(1 << 10);

/// Answers from the statuses of the server.
pub(in crate::server) struct HealthService {
    statuses: Arc<Statuses>,
    /// Without a bound: the streams that a server takes, of 1 KiB each, are one.
    budget: Arc<Budget>,
}

type Checked = Result<GrpcResponse<HealthCheckResponse>, Status>;
type Listed = Result<GrpcResponse<HealthListResponse>, Status>;
type Watched = Result<GrpcDuplexResponse<HealthCheckResponse>, Status>;

impl HealthService {
    pub(super) fn new(statuses: Arc<Statuses>) -> Self {
        Self {
            statuses,
            budget: Arc::new(Budget::new(usize::MAX, usize::MAX)),
        }
    }

    fn check(&self, request: GrpcRequest<HealthCheckRequest>) -> Checked {
        let service = request.payload.service;
        let status = self.statuses.of(&service).ok_or_else(|| {
            let name = wire::shown(service.as_bytes());
            Status::not_found(format!("this server has no service \"{name}\""))
        })?;
        let status = status.into();
        Ok(GrpcResponse::from(HealthCheckResponse { status }))
    }

    fn list(&self) -> Listed {
        let statuses = self.statuses.all().into_iter();
        let statuses = statuses.map(|(service, status)| {
            let status = status.into();
            (service, HealthCheckResponse { status })
        });
        Ok(GrpcResponse::from(HealthListResponse {
            statuses: statuses.collect(),
        }))
    }

    fn watch(&self, request: GrpcRequest<HealthCheckRequest>) -> Watched {
        let watch = Watch::new(request.payload.service, self.statuses.subscribe());
        let watch = UntilDrain::new(watch, &request.call);
        Ok(GrpcDuplexResponse::from(Messages::new(watch)))
    }
}

impl GrpcService for HealthService {
    const NAME: &'static str = NAME;

    const METHODS: &'static [MethodInfo] = &[
        MethodInfo::of::<GrpcRequest<HealthCheckRequest>, Checked>(CHECK, OPTIONS, HANDLER),
        MethodInfo::of::<GrpcRequest<HealthListRequest>, Listed>(LIST, OPTIONS, HANDLER),
        MethodInfo::of::<GrpcRequest<HealthCheckRequest>, Watched>(WATCH, OPTIONS, HANDLER),
    ];

    const DECLARED: &'static [&'static str] = &[CHECK, LIST, WATCH];

    fn call(self: Arc<Self>, index: usize, call: ServerCall) -> ResponseFuture {
        // A server whose buffer is full is busy, not ill.
        let call = call.apart(self.budget.clone());
        let target = |method| Target::new(NAME, method, OPTIONS);
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
