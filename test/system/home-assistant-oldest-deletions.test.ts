import { deletions } from "../support/home-assistant/deletions.ts";
import { installHomeAssistant } from "../support/home-assistant/install.ts";
import { enterNamespace } from "../support/home-assistant/namespace.ts";
import { program } from "../support/prepare.ts";

const installed = installHomeAssistant("oldest");
if ("root" in installed) enterNamespace(import.meta.filename);
const lacking = program("mosquitto") === undefined ? "mosquitto is not installed" : undefined;
const reason = lacking ?? ("missing" in installed ? installed.missing : undefined);

deletions({
  release: "oldest",
  root: "root" in installed ? installed.root : "",
  skip: reason === undefined ? false : `a real Home Assistant, oldest: ${reason}`,
});
