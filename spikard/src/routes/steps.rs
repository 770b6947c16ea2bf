//! The steps of building routes, which a server's builder has as well.

/// Writes the steps for `Routes`, or for a builder that has them in the field `$routes`.
macro_rules! routes_steps {
    ($($routes:ident)?) => {
        /// Adds the methods of a service; those of one service may come from several functions and blocks.
        ///
        /// Errors are reported when the routes are built: two handlers for one method, or a Python callable that
        /// cannot be used.
        #[must_use]
        #[expect(
            clippy::should_implement_trait,
            reason = "the name of the builder's step; nothing is summed"
        )]
        pub fn add<S: $crate::GrpcService>(mut self, service: S) -> Self {
            self$(.$routes)?.registry.add(service);
            self
        }

        /// Adds a service that tonic generated, or any other `NamedService`, with an interceptor around it or without.
        ///
        /// Of the limits, `max_sent_metadata_bytes` alone applies to a service of others. To one of `#[grpc_stream]`, such as
        /// `InterceptedService::new(SayHello, check)`, they do.
        #[must_use]
        pub fn add_service<S, B>(mut self, service: S) -> Self
        where
            S: ::tower_service::Service<
                    ::http::Request<::tonic::body::Body>,
                    Response = ::http::Response<B>,
                    Error = ::std::convert::Infallible,
                > + ::tonic::server::NamedService
                + Clone
                + Send
                + Sync
                + 'static,
            S::Future: Send + 'static,
            B: ::http_body::Body<Data = $crate::Bytes> + Send + 'static,
            B::Error: Into<Box<dyn ::std::error::Error + Send + Sync>>,
        {
            self$(.$routes)?.foreign.add(service);
            self
        }

        /// Wraps one service, `"shop.Orders"`, or one method, `"shop.Orders/Import"`, in a tower layer.
        ///
        /// Inside the layers of the whole server; the one that was added first for a service is outermost. It is as those
        /// are: it finds [`tonic::GrpcMethod`] in the extensions, and handlers find what it inserts there. A service or
        /// method that is not served is an error when the routes are built.
        ///
        /// ```
        /// use spikard::{GrpcRequest, GrpcResponse, Routes, Status, grpc_stream};
        /// use tonic::service::interceptor::InterceptorLayer;
        ///
        /// #[grpc_stream(service = "shop.Admin")]
        /// async fn clear(_request: GrpcRequest<()>) -> Result<GrpcResponse<()>, Status> {
        ///     Ok(GrpcResponse::from(()))
        /// }
        ///
        /// fn only_ann(request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
        ///     match request.metadata().get("x-user") {
        ///         Some(user) if user == "ann" => Ok(request),
        ///         _ => Err(Status::permission_denied("only Ann clears")),
        ///     }
        /// }
        ///
        /// # fn main() -> Result<(), spikard::RoutesError> {
        /// let routes = Routes::new().add(Clear).layer_for("shop.Admin", InterceptorLayer::new(only_ann));
        /// # drop(routes.into_service()?);
        /// # Ok(())
        /// # }
        /// ```
        #[cfg(feature = "server")]
        #[must_use]
        pub fn layer_for<L, B>(mut self, name: impl Into<String>, layer: L) -> Self
        where
            L: ::tower::Layer<$crate::LayeredService> + Send + 'static,
            L::Service: ::tower_service::Service<
                    ::http::Request<::tonic::body::Body>,
                    Response = ::http::Response<B>,
                > + Clone
                + Send
                + Sync
                + 'static,
            <L::Service as ::tower_service::Service<::http::Request<::tonic::body::Body>>>::Future:
                Send + 'static,
            <L::Service as ::tower_service::Service<::http::Request<::tonic::body::Body>>>::Error:
                Into<Box<dyn ::std::error::Error + Send + Sync>> + 'static,
            B: ::http_body::Body<Data = $crate::Bytes> + Send + 'static,
            B::Error: Into<Box<dyn ::std::error::Error + Send + Sync>>,
        {
            let layer = $crate::routes::AnyLayer::new(layer);
            self$(.$routes)?.layers.push((name.into(), layer));
            self
        }

        /// The limits of methods that do not set their own.
        #[must_use]
        pub fn limits(mut self, limits: $crate::Limits) -> Self {
            self$(.$routes)?.limits = limits;
            self
        }

        /// The compression of responses, for clients that accept it. Default: none.
        #[must_use]
        pub fn compression(mut self, compression: $crate::Compression) -> Self {
            self$(.$routes)?.compression = compression;
            self
        }

        /// Whether the messages of requests may be compressed, in what this build knows. Default: yes.
        ///
        /// Without it, a client needs as many bytes to fill the memory of the server as it fills. A request that names
        /// a compression in `grpc-encoding` is then answered UNIMPLEMENTED, with `grpc-accept-encoding: identity`.
        #[must_use]
        pub fn accept_compression(mut self, accept: bool) -> Self {
            self$(.$routes)?.accept_compression = accept;
            self
        }

        /// Whether an upload that its client sends again by itself is refused. Default: no.
        ///
        /// Some clients leave out messages when a retry policy of theirs sends a client stream again. With this, one
        /// that says so (`grpc-previous-rpc-attempts`) is answered ABORTED at once, and the application has to send all
        /// of it as a new call. It holds for client streaming and bidirectional methods.
        #[must_use]
        pub fn refuse_retried_uploads(mut self, refuse: bool) -> Self {
            self$(.$routes)?.refuse_retried_uploads = refuse;
            self
        }

        /// Whether a message that cannot be decoded is INVALID_ARGUMENT, and not INTERNAL, the gRPC specification's code
        /// for it. Default: no, and yes for handlers in Python.
        ///
        /// INTERNAL says that the server is at fault. A load balancer that ejects hosts by their failures, as Envoy's
        /// outlier detection does, then ejects a healthy one for what a client has sent.
        #[must_use]
        pub fn undecodable_as_invalid_argument(mut self, invalid: bool) -> Self {
            self$(.$routes)?.undecodable_as_invalid_argument = Some(invalid);
            self
        }

        /// Whether every service must be complete: all methods of its `.proto` have a handler. Default: no, and the
        /// methods without one are named in the log, and answered UNIMPLEMENTED.
        ///
        /// Those of one service may come from several functions and blocks, which is why the server is asked, not the
        /// attribute; a block that has them all says `complete = true` there, and is checked when it is compiled. A
        /// service that was given as a text is an error, since its methods are not known. Services of
        /// [`add_service`](Self::add_service) are left alone.
        #[must_use]
        pub fn complete_services(mut self, complete: bool) -> Self {
            self$(.$routes)?.complete_services = complete;
            self
        }

        /// The budget: the bytes that all calls together may have buffered. Default: 1 GiB.
        ///
        /// The payload of each message counts, after decompression, and the fixed size of its value in
        /// memory. A call for which there is no room is answered RESOURCE_EXHAUSTED; others go on.
        #[must_use]
        pub fn max_buffered_bytes(mut self, bytes: usize) -> Self {
            self$(.$routes)?.max_buffered_bytes = Some(bytes);
            self
        }

        /// The share of one connection in the budget: the bytes that its calls together may have buffered. Default: a
        /// quarter of the budget, and `max_stream_bytes` at least.
        ///
        /// A call for which its connection has no room is answered RESOURCE_EXHAUSTED; the calls of other connections go
        /// on. Raise it where one connection carries the calls of many clients, as that of a proxy does.
        #[must_use]
        pub fn max_buffered_bytes_per_connection(mut self, bytes: usize) -> Self {
            self$(.$routes)?.max_buffered_bytes_per_connection = Some(bytes);
            self
        }

        /// The access log: one event of the crate `tracing` for each call that has ended, with the target
        /// `spikard::access`. Default: no.
        ///
        /// It is at INFO, and at DEBUG for health checks, reflection and load reports. Its fields are `method`, `code`,
        /// `peer`, `received_messages`, `received_bytes`, `sent_messages`, `sent_bytes`, and the times `duration`,
        /// `buffered`, `queued` and `handled` in seconds; `limit` names the option that refused the call, and `path` what a
        /// client asked for where there is no such method.
        #[must_use]
        pub fn access_log(mut self, log: bool) -> Self {
            self$(.$routes)?.access_log = log;
            self
        }

        /// Records the metrics of gRFC A66 with this meter of OpenTelemetry: `grpc.server.call.started`,
        /// `grpc.server.call.duration` in seconds, `grpc.server.call.sent_total_compressed_message_size` and
        /// `grpc.server.call.rcvd_total_compressed_message_size` in bytes. Their attributes are `grpc.method`,
        /// `package.Service/Method` or `other`, and `grpc.status`.
        ///
        /// ```
        /// let meter = opentelemetry::global::meter("shop");
        /// let server = spikard::Server::builder().otel_metrics(&meter);
        /// # drop(server);
        /// ```
        #[cfg(feature = "otel")]
        #[must_use]
        pub fn otel_metrics(mut self, meter: &::opentelemetry::metrics::Meter) -> Self {
            let metrics = $crate::stats::OtelMetrics::of(meter);
            self$(.$routes)?.watchers.add(metrics);
            self
        }

        /// The table of methods, to be printed at the start.
        pub fn table(&self) -> $crate::RouteTable {
            self$(.$routes)?.registry.table(&self$(.$routes)?.limits)
        }
    };
}

pub(crate) use routes_steps;
