//! Services and methods that have layers of their own.

use std::collections::HashMap;
use std::sync::Arc;

use http::Request;
use tonic::GrpcMethod;
use tonic::body::Body;
use tower::ServiceExt;

use crate::dispatch::{ResponseFuture, refused_by_layer};
use crate::respond::bounded;
use crate::stats::MethodCounters;

use super::error::RoutesError;
use super::layered::{AnyLayer, LayeredService};
use super::with_layers::WithLayers;

/// What a layer is for.
pub(super) struct Named {
    pub(super) service: String,
    /// `None` is all of them.
    pub(super) method: Option<String>,
}

/// The services that have layers, by name; clones share them.
#[derive(Clone, Default)]
pub(super) struct LayeredServices(Option<Arc<HashMap<String, LayeredService>>>);

impl LayeredServices {
    /// Layers around services and methods, the first of each outermost, and in the midst of them `innermost`. `find` says
    /// which service, and which of its methods, a name is of.
    pub(super) fn new(
        layers: Vec<(String, AnyLayer)>,
        innermost: &LayeredService,
        find: impl Fn(&str) -> Result<Named, RoutesError>,
    ) -> Result<Self, RoutesError> {
        if layers.is_empty() {
            return Ok(Self(None));
        }
        let mut services: HashMap<String, LayeredService> = HashMap::new();
        for (name, layer) in layers.into_iter().rev() {
            let Named { service, method } = find(&name)?;
            let inner = services.remove(&service);
            let inner = inner.unwrap_or_else(|| innermost.clone());
            let layered = match method {
                None => layer.around(inner),
                Some(method) => {
                    let path = format!("/{service}/{method}");
                    layer.around_some(inner, move |called| called == path)
                }
            };
            services.insert(service, layered);
        }
        Ok(Self(Some(Arc::new(services))))
    }

    /// The layers around a path.
    pub(super) fn around(&self, path: &str) -> Option<&LayeredService> {
        let services = self.0.as_ref()?;
        let (service, _) = path.strip_prefix('/')?.rsplit_once('/')?;
        services.get(service)
    }
}

/// Answers a request through layers.
pub(super) fn through(
    layers: LayeredService,
    mut request: Request<Body>,
    method: Option<GrpcMethod<'static>>,
    counters: Arc<MethodCounters>,
    max_sent_metadata_bytes: usize,
) -> ResponseFuture {
    let path = request.uri().path_and_query().cloned();
    let watch = WithLayers::watch(&mut request, method.clone(), counters);
    let answer = layers.oneshot(request);
    Box::pin(async move {
        let answered = answer.await.unwrap_or_else(|error| {
            refused_by_layer(error, method.as_ref(), max_sent_metadata_bytes)
        });
        // Inside of other layers, what these answer is counted and bounded there.
        let Some(watch) = watch else {
            return Ok(answered);
        };
        let answered = bounded(answered, path, max_sent_metadata_bytes);
        watch.answered(&answered);
        Ok(answered)
    })
}
