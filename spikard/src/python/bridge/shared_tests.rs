//! The bridge, without Python.

use tonic::metadata::MetadataMap;

use super::super::inflow::Received;
use super::super::queue::BURST;
use super::*;
use crate::Code;
use crate::python::convert::Layout;
use crate::python::convert::Wanted;

const ON_LOOP: Handler = Handler {
    index: 0,
    runs: Runs::OnLoop,
    layout: Layout::List,
};

fn submit(bridge: &Bridge) -> (Arc<CallState>, oneshot::Receiver<Outcome>) {
    bridge
        .submit(ON_LOOP, Answer::One, Inbound::empty())
        .unwrap()
}

#[test]
fn a_burst_is_bounded_and_keeps_the_order() {
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    let calls: Vec<_> = (0..BURST + 10).map(|_| submit(&bridge)).collect();
    let first = bridge.drain();
    assert_eq!(first.calls.len(), BURST);
    let second = bridge.drain();
    let ids: Vec<u64> = [first.calls, second.calls]
        .concat()
        .iter()
        .map(|call| call.id)
        .collect();
    let submitted: Vec<u64> = calls.iter().map(|(call, _)| call.id).collect();
    assert_eq!(ids, submitted);
}

#[test]
fn a_burst_ends_after_a_mebibyte() {
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    let large = || Inbound::with(vec![0; 600 << 10].into());
    let _calls: Vec<_> = (0..4)
        .map(|_| bridge.submit(ON_LOOP, Answer::One, large()).unwrap())
        .collect();
    let bursts: Vec<usize> = (0..3).map(|_| bridge.drain().calls.len()).collect();
    assert_eq!(bursts, [2, 2, 0]);
}

#[test]
fn a_call_that_is_given_up_leaves_its_queue() {
    let in_pool = Handler {
        runs: Runs::InPool,
        ..ON_LOOP
    };
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    for handler in [ON_LOOP, in_pool] {
        let request = Inbound::empty();
        let charged = Arc::downgrade(&request.call);
        let (call, _) = bridge.submit(handler, Answer::One, request).unwrap();
        bridge.over(&call);
        assert_eq!(charged.strong_count(), 0, "{handler:?}: still charged");
        assert_eq!(Arc::strong_count(&call), 1, "{handler:?}: still queued");
    }
}

#[test]
fn a_call_that_python_runs_stays_charged_until_it_lets_go() {
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    let request = Inbound::empty();
    let charged = Arc::downgrade(&request.call);
    let (call, _) = bridge.submit(ON_LOOP, Answer::One, request).unwrap();
    let taken = bridge.drain().calls.pop().unwrap();
    drop(taken.start().unwrap());
    bridge.over(&call);
    drop(call);
    assert_eq!(charged.strong_count(), 1, "Python has it still");
    drop(taken);
    assert_eq!(charged.strong_count(), 0);
}

#[test]
fn too_many_calls_that_wait_are_refused_by_the_limits_name() {
    let limits = BridgeLimits {
        max_waiting_calls: 2,
        ..BridgeLimits::default()
    };
    let bridge = Bridge::new(limits).unwrap();
    let _waiting = [submit(&bridge), submit(&bridge)];
    let refused = bridge.submit(ON_LOOP, Answer::One, Inbound::empty());
    let status = refused.err().unwrap();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert!(
        status.message().contains("max_waiting_calls = 2"),
        "{status}"
    );
    bridge.drain();
    submit(&bridge);
}

#[test]
fn closing_answers_what_waits_and_refuses_what_comes() {
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    let (_, mut queued) = submit(&bridge);
    let (_, mut started) = submit(&bridge);
    let drained = bridge.drain();
    assert!(drained.calls[1].start().is_some());
    bridge.close("closed for the test", PythonError::stopped());
    for receiver in [&mut queued, &mut started] {
        let status = receiver.try_recv().unwrap().err().unwrap();
        assert_eq!(status.code(), Code::Unavailable);
    }
    let refused = bridge.submit(ON_LOOP, Answer::One, Inbound::empty());
    assert_eq!(refused.err().unwrap().message(), "closed for the test");
    assert!(bridge.drain().closed);
    assert!(bridge.pool.take().is_none());
}

#[test]
fn a_notice_wakes_the_loop_and_is_taken_once() {
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    bridge.notify(Notice::Done(7));
    assert!(lock(&bridge.state).queue.unanswered().is_some());
    assert!(bridge.drain().calls.is_empty());
    assert!(matches!(bridge.notices()[..], [Notice::Done(7)]));
    assert!(bridge.notices().is_empty());
}

#[test]
fn a_ping_tells_for_how_long_the_loop_has_not_answered() {
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    assert_eq!(bridge.ping(), None, "nothing is in progress");
    let (call, _receiver) = submit(&bridge);
    let first = bridge.ping().unwrap();
    assert!(bridge.ping().unwrap() >= first);
    bridge.drain();
    assert_eq!(bridge.ping(), Some(Duration::ZERO), "it has just answered");
    bridge.drain();
    bridge.end(call.id, false);
    assert_eq!(bridge.ping(), None);
}

#[test]
fn threads_that_wait_for_a_stream_come_free_when_the_bridge_closes() {
    let bridge = Bridge::new(BridgeLimits::default()).unwrap();
    let (call, _receiver) = bridge
        .submit(ON_LOOP, Answer::Stream, Inbound::streaming())
        .unwrap();
    call.begin(MetadataMap::new(), Wanted::default());
    let outflow = call.outflow().unwrap();
    assert!(
        !outflow.send_here(vec![0; 64 << 10].into(), 1),
        "it has room"
    );
    std::thread::scope(|scope| {
        let reads = scope.spawn(|| matches!(call.inflow().unwrap().wait(), Received::Closed));
        let sends = scope.spawn(|| outflow.wait());
        bridge.close("closed for the test", PythonError::stopped());
        assert!(reads.join().unwrap(), "it does not know that it is over");
        assert!(!sends.join().unwrap(), "it would send more");
    });
}
