import type { TestContext } from "node:test";
import { StandInSupervisor } from "./home-assistant/supervisor.ts";
import { type Serving, serving } from "./hub.ts";
import { buildPage } from "./page/page.ts";
import { folderFor } from "./program.ts";

export const TOKEN = "token-of-the-supervisor";
/** Users of Home Assistant. */
export const ADMIN = "0b7c0b7c0b7c0b7c";
export const CHILD = "c41dc41dc41dc41d";
/** Headers of a command of the page. */
export const JSON_OF_PAGE = { "content-type": "application/json", "x-airwarden": "1" };

/** A stand-in Supervisor with two users, for one test. */
export async function supervisor(t: TestContext): Promise<StandInSupervisor> {
  buildPage();
  const standIn = new StandInSupervisor(TOKEN);
  standIn.answers.set("config/auth/list", [
    { id: ADMIN, is_owner: false, is_active: true, group_ids: ["system-admin"] },
    { id: CHILD, is_owner: false, is_active: true, group_ids: ["system-users"] },
  ]);
  await standIn.start();
  t.after(() => standIn.stop());
  return standIn;
}

/** The hub as the app that the Supervisor starts, on the demo home. */
export const app = (t: TestContext, data = folderFor(t), words: readonly string[] = []): Promise<Serving> =>
  serving(t, ["--demo", "--data", data, "--port", "8099", ...words], {
    environment: { SUPERVISOR_TOKEN: TOKEN },
  });

/** A command of the page, as that user through ingress. */
export const command = (
  standIn: StandInSupervisor,
  user: string | undefined,
  body: unknown,
): Promise<Response> =>
  standIn.open("api/command", user, { method: "POST", headers: JSON_OF_PAGE, body: JSON.stringify(body) });
