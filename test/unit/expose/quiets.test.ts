import assert from "node:assert/strict";
import { test } from "node:test";
import { identityOf } from "../../../hub/alert/identity.ts";
import { IncidentBook } from "../../../hub/alert/incidents.ts";
import { toSeconds } from "../../../hub/base/units.ts";
import { quietViews } from "../../../hub/expose/view.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { floodOf, names, strangerOf } from "../alert/findings.ts";

test("what is held back is shown with its incident, as long as it is held back; mutes are not", () => {
  const book = new IncidentBook({ names });
  book.apply([floodOf(1), strangerOf(1)], at(1));
  const [flood, stranger] = book.all();
  assert.ok(flood !== undefined && stranger !== undefined);
  book.quiet(flood.id, undefined, at(2));
  book.quiet(stranger.id, at(100), at(2));
  book.mute({ kind: "device", mac: testMac(8) }, true, at(2));
  const normal = { identity: identityOf(flood.kind, flood.subject), until: null, incident: flood.id };
  const later = {
    identity: identityOf(stranger.kind, stranger.subject),
    until: toSeconds(at(100)),
    incident: stranger.id,
  };
  assert.deepEqual(quietViews(book, at(99)), [normal, later]);
  assert.deepEqual(quietViews(book, at(100)), [normal]);
  assert.equal(book.feedback.undo(normal.identity), true);
  assert.deepEqual(quietViews(book, at(100)), []);
});
