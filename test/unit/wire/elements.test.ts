import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { crc32 } from "../../../hub/base/hash.ts";
import { createBatch, FLAG } from "../../../hub/radio/batch.ts";
import { readManagement } from "../../../hub/radio/extension.ts";
import { packElements } from "../../../hub/wire/elements.ts";
import { type ExtensionFields, encodeExtension } from "../../../hub/wire/records/extension.ts";

const element = (id: number, length: number): number[] => [id, length, ...new Array<number>(length).fill(id)];

describe("element blocks", () => {
  test("end before the first element that does not fit, the hash covers all", () => {
    const large = Array.from({ length: 9 }, (_, i) => element(100 + i, 64)).flat();
    const elements = Uint8Array.from([...large, ...element(7, 1)]);
    const packed = packElements(8, elements);
    assert.equal(packed.blocks.length, 8 * 67);
    assert.equal(packed.hash, crc32(Uint8Array.of(8, ...elements)));
  });

  test("random octets never throw and never outgrow a block", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2300, size: "max" }), fc.nat(15), (octets, subtype) => {
        const { hash, blocks } = packElements(subtype, octets);
        assert.ok(blocks.length <= 600);
        assert.ok(hash >= 0 && hash < 2 ** 32);
      }),
    );
  });
});

const u8 = fc.nat(0xff);
const fields: fc.Arbitrary<ExtensionFields> = fc.record(
  {
    tsf: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
    elements: fc.nat(0xffffffff),
    fixed: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    ssid: fc.uint8Array({ maxLength: 32 }),
    bssLoad: fc.record({ stations: fc.nat(0xffff), utilisation: u8 }),
    eapol: fc.record({
      packetType: u8,
      keyInformation: fc.nat(0xffff),
      replayCounter: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      pmkid: fc.boolean(),
      nonce: fc.boolean(),
    }),
    channelSwitch: fc.record({ mode: u8, channel: u8, count: u8 }),
    tim: fc.record({ count: u8, period: u8 }),
  },
  { requiredKeys: [] },
);

test("what an extension is written of is what the hub reads in it", () => {
  fc.assert(
    fc.property(
      fields.map((one) => structuredClone(one)),
      (written) => {
        const batch = createBatch();
        batch.count = 1;
        batch.flags[0] = FLAG.extension;
        batch.extensionBytes = encodeExtension(written);
        batch.extension[0] = 0;
        batch.extensionLength[0] = batch.extensionBytes.length;
        const { tsf, elements, fixed, ssid, bssLoad, eapol, channelSwitch } = readManagement(batch, 0);
        assert.equal(tsf, written.tsf === undefined ? undefined : Number(written.tsf));
        assert.equal(elements, written.elements);
        assert.deepEqual(fixed, written.fixed ?? new Uint8Array(0));
        assert.deepEqual(
          { ssid, bssLoad, eapol, channelSwitch },
          {
            ssid: written.ssid,
            bssLoad: written.bssLoad,
            eapol: written.eapol,
            channelSwitch: written.channelSwitch,
          },
        );
      },
    ),
  );
});

test("the longest extension fits", () => {
  const all = encodeExtension({
    tsf: 2n ** 64n - 1n,
    elements: 1,
    fixed: new Uint8Array(20),
    ssid: new Uint8Array(40),
    bssLoad: { stations: 1, utilisation: 2 },
    eapol: { packetType: 3, keyInformation: 4, replayCounter: 5n, pmkid: true, nonce: true },
    channelSwitch: { mode: 1, channel: 36, count: 3 },
    tim: { count: 0, period: 3 },
  });
  assert.equal(all.length, 10 + 6 + 14 + 34 + 5 + 14 + 5 + 4);
  assert.deepEqual(all.subarray(-4), Uint8Array.of(8, 2, 0, 3));
});
