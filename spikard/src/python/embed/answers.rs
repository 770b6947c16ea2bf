//! Whether the interpreter answers, for the health of a server.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::time::{MissedTickBehavior, interval};

use crate::python::bridge::{ASKED_EVERY, Ability};

use super::instance::bridge;

/// Whether handlers can run, from now on, as long as the future is polled. `None` where Python could not be started.
pub(crate) fn answers(
    unhealthy_after: Option<Duration>,
) -> Option<(Receiver<bool>, impl Future<Output = ()> + Send)> {
    let bridge = bridge().ok()?;
    let mut ability = Ability::new(unhealthy_after);
    let says = ability.subscribe();
    let asks = async move {
        let mut ticks = interval(ASKED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            ability.judge(bridge.held());
        }
    };
    Some((says, asks))
}
