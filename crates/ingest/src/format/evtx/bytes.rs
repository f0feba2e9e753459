//! Checked little-endian reads. Every offset in an EVTX file is data from outside, so no read may index.

/// The byte at `at`, if it exists.
#[inline(always)]
pub(super) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// The `N` bytes at `at`, if they exist.
#[inline(always)]
pub(super) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>()
}

/// The 16-bit number at `at`, if it exists.
#[inline(always)]
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array_at::<2>(bytes, at).map(|raw| u16::from_le_bytes(*raw))
}

/// The 32-bit number at `at`, if it exists.
#[inline(always)]
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at::<4>(bytes, at).map(|raw| u32::from_le_bytes(*raw))
}

/// The 64-bit number at `at`, if it exists.
#[inline(always)]
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at::<8>(bytes, at).map(|raw| u64::from_le_bytes(*raw))
}

/// The `length` bytes at `at`, if they all exist.
#[inline(always)]
pub(super) fn slice_at(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}
