//! What is measured: a job, the size and number of its messages, the streams at once, the framing.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// Client streaming: adds up the messages.
    Sum,
    /// Bidirectional, buffered: all messages come back.
    Echo,
    /// Unary.
    Get,
}

/// How messages lie in DATA frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As many as fit.
    Coalesced,
    /// One in each.
    OneEach,
}

/// One point of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) job: Job,
    pub(crate) size: usize,
    pub(crate) messages: usize,
    pub(crate) streams: usize,
    pub(crate) framing: Framing,
}

/// What all streams of a cell may hold at once: beyond this the machine is measured, not the servers.
const MOST_AT_ONCE: usize = 1 << 30;

pub(crate) const SIZES: [usize; 4] = [1, 24, 1024, 65_536];
pub(crate) const MESSAGES: [usize; 4] = [1, 100, 1_000, 10_000];
pub(crate) const STREAMS: [usize; 3] = [1, 8, 64];

impl Cell {
    pub(crate) const fn new(job: Job, size: usize, messages: usize, streams: usize) -> Self {
        Self {
            job,
            size,
            messages,
            streams,
            framing: Framing::Coalesced,
        }
    }

    pub(crate) const fn one_each(self) -> Self {
        Self {
            framing: Framing::OneEach,
            ..self
        }
    }

    fn fits(self) -> bool {
        self.size * self.messages * self.streams <= MOST_AT_ONCE
    }

    /// The cell that the ratios of streams are taken at.
    pub(crate) const HEADLINE: Self = Self::new(Job::Sum, 24, 1_000, 8);
    /// The same with messages of one number, which take no memory of their own.
    pub(crate) const NUMBERS: Self = Self::new(Job::Sum, 1, 1_000, 8);
    /// The headline's messages there and back.
    pub(crate) const ECHO: Self = Self::new(Job::Echo, 24, 1_000, 8);
    /// The cell that the ratios of unary calls are taken at.
    pub(crate) const UNARY: Self = Self::new(Job::Get, 24, 1, 8);
    /// Where ratios between two servers are taken.
    pub(crate) const RATIOS: [Self; 5] = [
        Self::HEADLINE,
        Self::HEADLINE.one_each(),
        Self::NUMBERS,
        Self::ECHO,
        Self::UNARY,
    ];

    /// Where it shows how a handler in Python sees its messages: many, small and larger.
    pub(crate) const MANY: [Self; 2] = [
        Self::new(Job::Sum, 20, 10_000, 8),
        Self::new(Job::Sum, 512, 10_000, 8),
    ];

    /// What the mode of messages in Python measures.
    pub(crate) fn messages() -> Vec<Self> {
        let mut cells = Self::MANY.to_vec();
        cells.extend([
            Self::HEADLINE,
            Self::ECHO,
            Self::new(Job::Echo, 512, 1_000, 8),
            Self::UNARY,
        ]);
        cells
    }

    /// What the quick mode measures.
    pub(crate) fn quick() -> Vec<Self> {
        let sum = |messages, streams| Self::new(Job::Sum, 24, messages, streams);
        let mut cells = Self::RATIOS.to_vec();
        cells.extend([
            Self::new(Job::Get, 24, 1, 1),
            sum(1, 8),
            sum(100, 8),
            sum(10_000, 8),
            sum(1_000, 1),
            sum(1_000, 64),
            Self::new(Job::Sum, 1_024, 1_000, 8),
            Self::new(Job::Echo, 65_536, 100, 1),
        ]);
        cells
    }

    /// Everything that fits.
    pub(crate) fn full() -> Vec<Self> {
        let mut cells = Vec::new();
        for streams in STREAMS {
            for size in SIZES {
                cells.push(Self::new(Job::Get, size, 1, streams));
                for messages in MESSAGES {
                    for job in [Job::Sum, Job::Echo] {
                        let cell = Self::new(job, size, messages, streams);
                        cells.push(cell);
                        // One message is one frame either way.
                        if messages > 1 {
                            cells.push(cell.one_each());
                        }
                    }
                }
            }
        }
        cells.retain(|cell| cell.fits());
        cells
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sum => "client streaming",
            Self::Echo => "buffered echo",
            Self::Get => "unary",
        })
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            job,
            size,
            messages,
            streams,
            framing,
        } = self;
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        write!(f, "{job}")?;
        if *job != Job::Get {
            write!(f, ", {messages} message{}", plural(*messages))?;
        }
        write!(f, ", {size} B, {streams} stream{}", plural(*streams))?;
        if *framing == Framing::OneEach {
            write!(f, ", a frame each")?;
        }
        Ok(())
    }
}
