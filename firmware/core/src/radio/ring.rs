//! A ring between one producer and one consumer, with loads and stores only: riscv32imc has no compare-and-swap.
//!
//! The producer runs in the callback of the radio driver, the consumer in the thread that records. Neither waits for
//! the other; what does not fit is counted. This is the one module with unsafe code: the slots are shared, and which
//! side may touch which slot follows from two counters that only their owner writes.
#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};

/// `SLOTS` values, a power of two. A value is filled in place and read in place, never moved.
pub struct Ring<T, const SLOTS: usize> {
    slots: UnsafeCell<[T; SLOTS]>,
    /// Values ever put in, modulo 2^32; written by the producer alone.
    written: AtomicU32,
    /// Values ever taken out, modulo 2^32; written by the consumer alone.
    read: AtomicU32,
    /// Values that did not fit; written by the producer alone.
    dropped: AtomicU32,
    /// Most slots that were in use; written by the producer alone.
    high: AtomicU32,
}

// SAFETY: the slots are reached through `Producer` and `Consumer` only, of which `split` gives one each for as long as
// it borrows the ring. A slot belongs to the producer while `written - read < SLOTS` says that it is free, and to the
// consumer from the release of `written` that the consumer has acquired to its own release of `read`.
unsafe impl<T: Send, const SLOTS: usize> Sync for Ring<T, SLOTS> {}

impl<T: Copy, const SLOTS: usize> Ring<T, SLOTS> {
    const FITS: () = assert!(SLOTS.is_power_of_two() && SLOTS <= 1 << 16);

    /// An empty ring whose slots begin as `fill`; zeros keep it out of the image.
    pub const fn new(fill: T) -> Self {
        const { Self::FITS };
        Ring {
            slots: UnsafeCell::new([fill; SLOTS]),
            written: AtomicU32::new(0),
            read: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
            high: AtomicU32::new(0),
        }
    }

    /// The two ends. What is in the ring stays there.
    pub fn split(&mut self) -> (Producer<'_, T, SLOTS>, Consumer<'_, T, SLOTS>) {
        let ring: &Self = self;
        (Producer { ring }, Consumer { ring })
    }

    fn slot(&self, counter: u32) -> *mut T {
        let index = counter as usize & (SLOTS - 1);
        // SAFETY: the index is below SLOTS, so the pointer stays within the array.
        unsafe { self.slots.get().cast::<T>().add(index) }
    }

    fn load(&self) -> u32 {
        let written = self.written.load(Ordering::Acquire);
        written.wrapping_sub(self.read.load(Ordering::Acquire))
    }
}

/// The end that puts values in.
pub struct Producer<'a, T, const SLOTS: usize> {
    ring: &'a Ring<T, SLOTS>,
}

// SAFETY: a producer is the only one, wherever it is; it shares nothing but atomics and the slots it owns.
unsafe impl<T: Send, const SLOTS: usize> Send for Producer<'_, T, SLOTS> {}

impl<T: Copy, const SLOTS: usize> Producer<'_, T, SLOTS> {
    /// Lets `fill` write the next free slot, which holds an older value until then. Without a free slot it is not
    /// called, the value is counted as dropped and the answer is false.
    #[inline]
    pub fn push(&mut self, fill: impl FnOnce(&mut T)) -> bool {
        let ring = self.ring;
        let written = ring.written.load(Ordering::Relaxed);
        let used = written.wrapping_sub(ring.read.load(Ordering::Acquire));
        if used as usize >= SLOTS {
            let dropped = ring.dropped.load(Ordering::Relaxed);
            ring.dropped.store(dropped.wrapping_add(1), Ordering::Relaxed);
            return false;
        }
        // SAFETY: the slot is free, and until `written` is released no one else looks at it.
        fill(unsafe { &mut *ring.slot(written) });
        ring.written.store(written.wrapping_add(1), Ordering::Release);
        if used + 1 > ring.high.load(Ordering::Relaxed) {
            ring.high.store(used + 1, Ordering::Relaxed);
        }
        true
    }
}

/// The end that takes values out.
pub struct Consumer<'a, T, const SLOTS: usize> {
    ring: &'a Ring<T, SLOTS>,
}

// SAFETY: a consumer is the only one, wherever it is; it shares nothing but atomics and the slots it owns.
unsafe impl<T: Send, const SLOTS: usize> Send for Consumer<'_, T, SLOTS> {}

impl<T: Copy, const SLOTS: usize> Consumer<'_, T, SLOTS> {
    /// Lets `take` read the oldest value, then frees its slot; nothing when the ring is empty.
    #[inline]
    pub fn pop<R>(&mut self, take: impl FnOnce(&T) -> R) -> Option<R> {
        let ring = self.ring;
        let read = ring.read.load(Ordering::Relaxed);
        if read == ring.written.load(Ordering::Acquire) {
            return None;
        }
        // SAFETY: the slot was released by the producer, which does not touch it again before `read` is released.
        let taken = take(unsafe { &*ring.slot(read) });
        ring.read.store(read.wrapping_add(1), Ordering::Release);
        Some(taken)
    }

    /// Slots in use.
    pub fn load(&self) -> u32 {
        self.ring.load()
    }

    /// Values that did not fit since the beginning, modulo 2^32.
    pub fn dropped(&self) -> u32 {
        self.ring.dropped.load(Ordering::Relaxed)
    }

    /// Most slots that were in use since the beginning.
    pub fn high(&self) -> u32 {
        self.ring.high.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_in_order_and_too_many_are_counted() {
        let mut ring: Ring<u32, 4> = Ring::new(0);
        let (mut producer, mut consumer) = ring.split();
        assert_eq!(consumer.pop(|&value| value), None);
        for value in 1..=6 {
            assert_eq!(producer.push(|slot| *slot = value), value <= 4);
        }
        assert_eq!((consumer.load(), consumer.dropped(), consumer.high()), (4, 2, 4));
        let out: Vec<u32> = std::iter::from_fn(|| consumer.pop(|&value| value)).collect();
        assert_eq!(out, [1, 2, 3, 4]);
        assert!(producer.push(|slot| *slot = 7));
        assert_eq!(consumer.pop(|&value| value), Some(7));
        assert_eq!((consumer.load(), consumer.high()), (0, 4));
    }

    #[test]
    fn counters_may_wrap() {
        let mut ring: Ring<u32, 8> = Ring::new(0);
        ring.written = AtomicU32::new(u32::MAX - 2);
        ring.read = AtomicU32::new(u32::MAX - 2);
        let (mut producer, mut consumer) = ring.split();
        for value in 0..20 {
            assert!(producer.push(|slot| *slot = value));
            assert_eq!(consumer.pop(|&taken| taken), Some(value));
        }
    }

    #[test]
    fn two_threads_lose_nothing_but_what_is_counted() {
        // Each value fills its slot, so that a torn or early read shows.
        const VALUES: u64 = if cfg!(miri) { 200 } else { 200_000 };
        let mut ring: Ring<[u64; 8], 16> = Ring::new([0; 8]);
        let (mut producer, mut consumer) = ring.split();
        let (taken, dropped) = std::thread::scope(|scope| {
            let pushing = scope.spawn(move || {
                for value in 1..=VALUES {
                    producer.push(|slot| slot.fill(value));
                }
                while !producer.push(|slot| slot.fill(u64::MAX)) {
                    std::thread::yield_now();
                }
            });
            let (mut taken, mut last) = (0u64, 0);
            while last != u64::MAX {
                let read = consumer.pop(|slot| {
                    assert!(slot.iter().all(|&part| part == slot[0]));
                    slot[0]
                });
                match read {
                    Some(value) => {
                        assert!(value > last);
                        taken += 1;
                        last = value;
                    }
                    None => std::thread::yield_now(),
                }
            }
            pushing.join().unwrap();
            (taken, u64::from(consumer.dropped()))
        });
        // Attempts to push the end mark count as drops too.
        assert!(
            taken > 1 && taken + dropped > VALUES,
            "{taken} taken, {dropped} dropped"
        );
    }
}
