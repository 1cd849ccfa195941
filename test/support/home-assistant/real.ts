import { program } from "../prepare.ts";
import { installHomeAssistant, type Release } from "./install.ts";
import { enterNamespace } from "./namespace.ts";

export interface RealHomeAssistant {
  /** Its folder, for `Home.begin`. */
  readonly root: string;
  /** Why there is none. */
  readonly skip: string | false;
}

/** A real Home Assistant for the tests of a file, which go on in namespaces of their own: call it first in the file. */
export function realHomeAssistant(file: string, release: Release = "current"): RealHomeAssistant {
  const installed = installHomeAssistant(release);
  if ("root" in installed) enterNamespace(file);
  const lacking = program("mosquitto") === undefined ? "mosquitto is not installed" : undefined;
  const reason = lacking ?? ("missing" in installed ? installed.missing : undefined);
  return {
    root: "root" in installed ? installed.root : "",
    skip: reason === undefined ? false : `a real Home Assistant, ${release}: ${reason}`,
  };
}
