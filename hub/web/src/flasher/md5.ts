/** MD5 (RFC 1321), the hash that the boot ROM of an ESP32 gives of its flash. A check sum here, not a secret. */

const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21] as const;
/** RFC 1321, 3.4: the integer part of 2³² · |sin(i + 1)|. */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))) | 0);
const BLOCK = 64;

/** RFC 1321, 3.1 and 3.2: a one, zeros, and the length in bits. */
function padded(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / BLOCK) * BLOCK;
  const filled = new Uint8Array(length);
  filled.set(bytes);
  filled[bytes.length] = 0x80;
  const view = new DataView(filled.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n, true);
  return view;
}

/** The mixing function of a step and the word that it takes (RFC 1321, 3.4). */
function mix(step: number, [b, c, d]: readonly [number, number, number]): [number, number] {
  if (step < 16) return [(b & c) | (~b & d), step];
  if (step < 32) return [(d & b) | (~d & c), (5 * step + 1) % 16];
  return step < 48 ? [b ^ c ^ d, (3 * step + 5) % 16] : [c ^ (b | ~d), (7 * step) % 16];
}

/** Hash of `bytes` in hexadecimal. */
export function md5(bytes: Uint8Array): string {
  const view = padded(bytes);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let block = 0; block < view.byteLength; block += BLOCK) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let step = 0; step < 64; step++) {
      const [mixed, word] = mix(step, [b, c, d]);
      const sum = (a + mixed + (SINES[step] ?? 0) + view.getInt32(block + 4 * word, true)) | 0;
      const shift = SHIFTS[4 * (step >> 4) + (step & 3)] ?? 0;
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
    }
    [a, b, c, d].forEach((value, at) => {
      state[at] = ((state[at] ?? 0) + value) | 0;
    });
  }
  return Array.from(new Uint8Array(state.buffer), (octet) => octet.toString(16).padStart(2, "0")).join("");
}
