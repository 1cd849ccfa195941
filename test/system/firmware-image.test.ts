import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CHIPS, chipNamed } from "../../firmware/build/chips.ts";
import { readDescriptor, readImage, readPartitions, sha256 } from "../../firmware/build/image.ts";
import type { Build, Manifest, ReleaseFile } from "../../firmware/build/manifest.ts";
import { imagesFolder } from "../support/images.ts";

/** The worked size of a slot is 1,920 KiB; a program that grows past this has grown by accident. */
const APP_LIMIT = 900_000;
const ROOT = join(import.meta.dirname, "../..");

interface Release {
  readonly folder: string;
  readonly manifest: Manifest;
}

function release(): Release | undefined {
  const folder = imagesFolder();
  if (folder === undefined) return undefined;
  return { folder, manifest: JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest };
}

function checked(name: string, check: (release: Release, build: Build) => void): void {
  test(name, (t) => {
    const found = release();
    if (found === undefined) {
      t.skip("no images of the firmware: npm run firmware builds them");
      return;
    }
    // Images of one's own may be of one chip; those of the tests are of all.
    const chips = found.manifest.builds.map((build) => build.chip);
    if (process.env["AIRWARDEN_IMAGES"] === undefined) assert.ok(chips.length > 0);
    else
      assert.deepEqual(
        chips,
        CHIPS.map((chip) => chip.name),
      );
    for (const build of found.manifest.builds) check(found, build);
  });
}

function bytes({ folder }: Release, file: ReleaseFile): Buffer {
  return readFileSync(join(folder, file.path));
}

function partition(merged: Buffer, label: string) {
  const found = readPartitions(merged).find((row) => row.label === label);
  assert.ok(found, `no partition ${label}`);
  return found;
}

checked("the manifest says what the files are", (release, build) => {
  for (const file of [build.merged, build.app]) {
    assert.equal(file.size, bytes(release, file).length, file.path);
    assert.equal(file.sha256, sha256(bytes(release, file)).toString("hex"), file.path);
  }
  assert.equal(build.chipFamily, chipNamed(build.chip).family);
  assert.deepEqual(build.parts, [{ path: build.merged.path, offset: 0 }]);
  assert.equal(build.version, release.manifest.version);
  assert.equal(readDescriptor(bytes(release, build.app), 0).version, build.version);
});

checked(
  "bootloader and program are images of the chip, whole and where the chip looks for them",
  (release, build) => {
    const chip = chipNamed(build.chip);
    const [merged, app] = [bytes(release, build.merged), bytes(release, build.app)];
    const slot = partition(merged, "ota_0");
    assert.equal(readImage(merged, chip.bootloader).chipId, chip.id);
    const program = readImage(merged, slot.offset);
    assert.equal(program.chipId, chip.id);
    assert.equal(program.length, app.length);
    assert.ok(merged.subarray(slot.offset, slot.offset + app.length).equals(app));
    assert.equal(readDescriptor(merged, slot.offset).project, "airwarden-esp32");
  },
);

checked("there are two slots, and what is kept lies behind them in no image", (release, build) => {
  const merged = bytes(release, build.merged);
  const rows = readPartitions(merged);
  const [first, second] = [partition(merged, "ota_0"), partition(merged, "ota_1")];
  assert.deepEqual([first.type, first.subtype, second.type, second.subtype], [0, 0x10, 0, 0x11]);
  assert.equal(first.size, second.size);
  const selection = partition(merged, "otadata");
  assert.deepEqual([selection.type, selection.subtype, selection.size], [1, 0, 0x2000]);
  // Nothing chosen: the first slot starts.
  assert.ok(
    merged.subarray(selection.offset, selection.offset + selection.size).every((octet) => octet === 0xff),
  );
  for (const label of ["settings", "boots"]) {
    const kept = partition(merged, label);
    assert.equal(kept.size, 0x2000);
    assert.ok(kept.offset >= merged.length, `flashing would overwrite ${label}`);
  }
  const sorted = rows.toSorted((a, b) => a.offset - b.offset);
  for (const [index, row] of sorted.entries()) {
    const next = sorted[index + 1];
    assert.ok(row.offset + row.size <= (next?.offset ?? 0x400000), `${row.label} overlaps`);
  }
});

checked("the program fits", (release, build) => {
  assert.ok(build.app.size <= APP_LIMIT, `${build.chip}: ${build.app.size} octets`);
  assert.ok(build.app.size <= partition(bytes(release, build.merged), "ota_1").size);
});

checked("no folder of the machine that built it is in it", (release, build) => {
  const text = bytes(release, build.merged).toString("latin1");
  for (const folder of [ROOT, homedir(), "/home/", "/Users/", "/root/", "/builds/", "registry/src"]) {
    const at = text.indexOf(folder);
    assert.equal(at, -1, `${build.chip}: …${text.slice(Math.max(0, at - 40), at + 80)}…`);
  }
});

checked("an image that is signed holds the key, and no other image says that it is", (release, build) => {
  const { signature, key, sha256: hash } = build.app;
  assert.equal(signature === undefined, key === undefined);
  if (signature === undefined || key === undefined) return;
  const raw = Buffer.from(key, "hex");
  assert.ok(bytes(release, build.app).includes(raw), "the image holds another key");
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  assert.ok(verify(null, Buffer.from(hash, "hex"), publicKey, Buffer.from(signature, "hex")));
});
