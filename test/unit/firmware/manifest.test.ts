import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, verify } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { chipNamed } from "../../../firmware/build/chips.ts";
import { sha256 } from "../../../firmware/build/image.ts";
import { describe, manifestOf, publicHalf, signedManifest } from "../../../firmware/build/manifest.ts";

/** A folder with the images of a chip, of which only the descriptor is real. */
function images(t: TestContext, chip: string, version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "airwarden-images-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, chip));
  const app = Buffer.alloc(400, 7);
  app.writeUInt32LE(0xabcd5432, 32);
  app.fill(0, 48, 112);
  app.write(version, 48);
  writeFileSync(join(folder, chip, "app.bin"), app);
  writeFileSync(join(folder, chip, "merged.bin"), Buffer.concat([Buffer.alloc(64, 0xff), app]));
  return folder;
}

/** The Ed25519 key whose seed is 32 times this octet (RFC 8410, 7). */
function keyOf(octet: number) {
  const der = Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    Buffer.alloc(32, octet),
  ]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

test("a build is described as it is", (t) => {
  const folder = images(t, "esp32c5", "1.2.3");
  const build = describe(folder, chipNamed("esp32c5"));
  assert.equal(build.chipFamily, "ESP32-C5");
  assert.equal(build.version, "1.2.3");
  assert.deepEqual(build.parts, [{ path: "esp32c5/merged.bin", offset: 0 }]);
  assert.deepEqual([build.merged.size, build.app.size], [464, 400]);
  assert.deepEqual([build.app.signature, build.app.key], [undefined, undefined]);
  assert.equal(build.serialType, undefined);
  assert.equal(describe(folder, chipNamed("esp32c5"), { uart: true }).serialType, "uart");
});

test("a signature is over the 32 octets of the hash", (t) => {
  const folder = images(t, "esp32c3", "1.2.3");
  const { app } = describe(folder, chipNamed("esp32c3"), { key: keyOf(42) });
  const [hash, signature] = [Buffer.from(app.sha256, "hex"), Buffer.from(app.signature ?? "", "hex")];
  assert.ok(verify(null, hash, createPublicKey(keyOf(42)), signature));
  assert.equal(app.key, publicHalf(keyOf(42)));
  assert.ok(!verify(null, sha256(hash), createPublicKey(keyOf(42)), signature));
});

test("images are signed after they were built, for the key that they obey and for no other", (t) => {
  const folder = images(t, "esp32c3", "1.2.3");
  const chip = chipNamed("esp32c3");
  const path = join(folder, "esp32c3/app.bin");
  const obedient = Buffer.concat([readFileSync(path), Buffer.from(publicHalf(keyOf(42)), "hex")]);
  writeFileSync(path, obedient);
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifestOf([describe(folder, chip)])));
  const manifest = signedManifest(folder, keyOf(42));
  assert.deepEqual(manifest, manifestOf([describe(folder, chip, { key: keyOf(42) })]));
  assert.equal(manifest.builds[0]?.app.signature?.length, 128);
  assert.throws(() => signedManifest(folder, keyOf(43)), /esp32c3 does not hold the public half/);
});

test("images of two versions are no release", (t) => {
  const builds = ["1.2.3", "1.2.4"].map((version) =>
    describe(images(t, "esp32c3", version), chipNamed("esp32c3")),
  );
  assert.equal(manifestOf(builds.slice(1)).version, "1.2.4");
  assert.throws(() => manifestOf(builds), /one version/);
  assert.throws(() => manifestOf([]), /one version/);
});

test("a chip that is not known is named with those that are", () => {
  assert.throws(() => chipNamed("esp32"), /esp32c3, esp32c6/);
});
