import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { printable, printableText } from "../../../hub/base/text.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test("plain names stay as they are", () => {
  for (const name of ["Casa Rossi", "カフェ", "Zoë's iPad ❤️", "", "שלום"]) {
    assert.equal(printable(utf8(name), 40), name);
  }
});

test("control, line break, bidi and zero-width characters are replaced", () => {
  assert.equal(printable(utf8("a\nb\u0000c\u202ed\u200be\u2028f\u2066g\u007f"), 40), "a�b�c�d�e�f�g�");
  assert.equal(printable(utf8("\ufeffa"), 40), "�a");
  assert.equal(printable(utf8("\u3164"), 40), "�");
});

test("blanks of every width are one plain space", () => {
  assert.equal(printable(utf8("a\u00a0b\u2003c\u2800d"), 40), "a b c d");
});

test("invalid UTF-8 becomes replacement characters", () => {
  assert.equal(printable(Uint8Array.of(0x41, 0xff, 0xc3, 0x42), 40), "A��B");
});

test("a name past the limit ends in an ellipsis", () => {
  assert.equal(printable(utf8("abcdef"), 6), "abcdef");
  assert.equal(printable(utf8("abcdefg"), 6), "abcde…");
  assert.equal(printable(utf8("😀😀😀"), 2), "😀…");
  assert.equal(printable(utf8("abc"), 0), "");
});

test("piles of marks are cut and no mark leads", () => {
  assert.equal(printableText(`e${"\u0301".repeat(50)}x`, 40), `e${"\u0301".repeat(3)}x`);
  assert.equal(printableText("\u0301x", 40), "�x");
});

test("whatever the octets, the text is short, one line and well formed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(64), (bytes, max) => {
      const text = printable(bytes, max);
      assert.ok([...text].length <= max);
      assert.ok(text.isWellFormed());
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 500 },
  );
});
