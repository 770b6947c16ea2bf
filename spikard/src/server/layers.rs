//! tower layers around all methods.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::Request;
use tonic::body::Body;
use tower::Layer as _;
use tower::util::{BoxCloneSyncService, MapErrLayer};
use tower_service::Service;

use crate::RoutesService;
use crate::dispatch::ResponseFuture;
use crate::routes::{AnyLayer, LayeredService};

/// The layers in the order added: the first sees a request first.
#[derive(Debug, Default)]
pub(super) struct Layers(Vec<(Around, AnyLayer)>);

/// What a layer is around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// All but the services of the server's own: health, reflection, load reports.
    Users,
    All,
}

impl Layers {
    pub(super) fn push(&mut self, around: Around, layer: AnyLayer) {
        self.0.push((around, layer));
    }

    /// The methods with the layers around them. `own` are the names of the server's own services.
    pub(super) fn around(self, routes: RoutesService, own: BTreeSet<&'static str>) -> Stack {
        if self.0.is_empty() {
            return Stack::Plain(routes);
        }
        let own = Arc::new(own);
        let innermost = MapErrLayer::new(|never| match never {}).layer(routes.clone());
        let innermost = BoxCloneSyncService::new(innermost);
        let layers = self.0.into_iter().rev();
        let service = layers.fold(innermost, |inner, (around, layer)| {
            if around == Around::All || own.is_empty() {
                return layer.around(inner);
            }
            let own = own.clone();
            layer.around_some(inner, move |path| !is_of(&own, path))
        });
        Stack::Layered { service, routes }
    }
}

/// Whether a path names one of these services.
fn is_of(services: &BTreeSet<&'static str>, path: &str) -> bool {
    let path = path.strip_prefix('/');
    let service = path.and_then(|path| path.rsplit_once('/'));
    service.is_some_and(|(service, _)| services.contains(service))
}

/// The methods of a server, with its layers around them.
#[derive(Clone, Debug)]
pub(super) enum Stack {
    Plain(RoutesService),
    Layered {
        service: LayeredService,
        routes: RoutesService,
    },
}

impl Stack {
    pub(super) fn call(&self, request: Request<Body>) -> ResponseFuture {
        match self {
            Self::Plain(routes) => routes.clone().call(request),
            Self::Layered { service, routes } => routes.through_layers(service.clone(), request),
        }
    }
}
