import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";

/** The key in the file that AIRWARDEN_SIGNING_KEY names, undefined where it names none; throws where it is no such key. */
export function signingKey(): KeyObject | undefined {
  const path = process.env["AIRWARDEN_SIGNING_KEY"];
  if (path === undefined || path === "") return undefined;
  const key = createPrivateKey(readFileSync(path));
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${path} is no Ed25519 key`);
  return key;
}
