/** Reversed generator polynomial of CRC-32 (IEEE 802.3-2018, 3.2.9). */
const POLYNOMIAL = 0xedb88320;

/**
 * Four tables of 256: row `k` is the CRC of one octet followed by `k` zero octets, so that four octets are taken in
 * one step ("slicing by 4", M. E. Kounavis and F. L. Berry, 2005).
 */
function crcTables(): Int32Array {
  const tables = new Int32Array(4 * 256);
  for (let octet = 0; octet < 256; octet++) {
    let crc = octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    tables[octet] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const shorter = tables[i - 256] ?? 0;
    tables[i] = (shorter >>> 8) ^ (tables[shorter & 0xff] ?? 0);
  }
  return tables;
}

const TABLES: Int32Array = crcTables();

/**
 * CRC-32 as in IEEE 802.3, zip and PNG, over `bytes[start, end)`, as an unsigned number. Bounds outside the array are cut to it.
 */
export function crc32(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return crc32Continue(0, bytes, { start, end });
}

/** The CRC-32 of what `seed` covered followed by `bytes[start, end)`. */
export function crc32Continue(
  seed: number,
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number } = { start: 0, end: bytes.length },
): number {
  const t = TABLES;
  const end = Math.min(range.end, bytes.length);
  let i = Math.max(0, range.start);
  let crc = ~seed;
  for (; i + 4 <= end; i += 4) {
    crc ^=
      (bytes[i] ?? 0) |
      ((bytes[i + 1] ?? 0) << 8) |
      ((bytes[i + 2] ?? 0) << 16) |
      ((bytes[i + 3] ?? 0) << 24);
    crc =
      (t[768 + (crc & 0xff)] ?? 0) ^
      (t[512 + ((crc >>> 8) & 0xff)] ?? 0) ^
      (t[256 + ((crc >>> 16) & 0xff)] ?? 0) ^
      (t[crc >>> 24] ?? 0);
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ (t[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** FNV-1a, 32 bits (RFC 9923), as an unsigned number: quick, well spread, no protection against an attacker. */
export function fnv1a(bytes: Uint8Array, seed = 0x811c9dc5): number {
  let hash = seed;
  for (const octet of bytes) hash = Math.imul(hash ^ octet, 0x01000193);
  return hash >>> 0;
}
