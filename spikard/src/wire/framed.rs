//! Whole frames in one buffer: what a Python handler answers.

use bytes::Bytes;

use super::prefix::PREFIX;

/// The messages in a buffer of frames that this process made: uncompressed and complete.
pub(crate) fn messages(mut frames: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let [_, length @ ..] = *frames.first_chunk::<PREFIX>()?;
        let end = PREFIX + u32::from_be_bytes(length) as usize;
        let message = frames
            .get(PREFIX..end)
            .map(|slice| frames.slice_ref(slice))?;
        frames = frames.slice(end..);
        Some(message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_a_slice_of_the_frames() {
        let frames = Bytes::from_static(b"\0\0\0\0\x02ab\0\0\0\0\0\0\0\0\0\x01c");
        let found: Vec<Bytes> = messages(frames.clone()).collect();
        assert_eq!(found, ["ab", "", "c"]);
        assert_eq!(found[0].as_ptr(), frames[PREFIX..].as_ptr());
        assert_eq!(messages(Bytes::new()).count(), 0);
    }
}
