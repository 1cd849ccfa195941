import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { type HttpOptions, type PageServer, startHttp } from "../../../hub/edge/page/http.ts";
import type { BlockEntity } from "../../../hub/expose/snapshot/block.ts";
import type { CommandAnswer, PageCommand } from "../../../hub/expose/snapshot/command.ts";
import type { EntityChoice } from "../../../hub/expose/snapshot/house.ts";
import type { Snapshot } from "../../../hub/expose/snapshot.ts";
import { program } from "../prepare.ts";
import { snapshotOf } from "../snapshot.ts";
import { buildPage } from "./page.ts";

const chromiumPath = program("chromium");

/** For `test(…, { skip })`: why there is no browser, or false. */
export const noBrowser: string | false = chromiumPath === undefined ? "chromium is not installed" : false;

/** A page server whose snapshot a test sets, and which remembers what it was asked to do. */
export interface Stage {
  readonly server: PageServer;
  readonly commands: PageCommand[];
  snapshot: Snapshot;
  /** What Home Assistant offers for blocking; a sentence where it cannot be asked. */
  blockEntities: readonly BlockEntity[] | string;
  /** Entities of Home Assistant to choose from. */
  entities: readonly EntityChoice[];
  /** What commands are answered with. */
  answer: (command: PageCommand) => CommandAnswer | Promise<CommandAnswer>;
}

export async function startStage(
  snapshot: Partial<Snapshot> = {},
  options: Partial<HttpOptions> = {},
): Promise<Stage> {
  const server = await startHttp({
    host: "127.0.0.1",
    port: 0,
    ingress: false,
    page: buildPage(),
    ...options,
  });
  const stage: Stage = {
    ...{
      server,
      commands: [],
      snapshot: snapshotOf(snapshot),
      blockEntities: [],
      entities: [],
      answer: () => ({ ok: true }),
    },
  };
  server.attach({
    isAdministrator: async () => true,
    blockEntities: async () => {
      if (typeof stage.blockEntities === "string") throw new Error(stage.blockEntities);
      return stage.blockEntities;
    },
    entities: async () => stage.entities,
    snapshot: () => stage.snapshot,
    command: async (command) => {
      stage.commands.push(command);
      return stage.answer(command);
    },
  });
  return stage;
}

export interface LookOptions {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  /** Further arguments of the browser. */
  readonly args?: readonly string[];
}

/** Opens a real browser for as long as `look` takes; errors of the page are errors of the test. */
export async function look(options: LookOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const chrome: Browser = await chromium.launch({
    executablePath: chromiumPath ?? "",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"].concat(
      options.args ?? [],
    ),
  });
  try {
    const page = await chrome.newPage({
      viewport: { width: options.width ?? 1100, height: 800 },
      colorScheme: options.scheme ?? "light",
    });
    page.setDefaultTimeout(10_000);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await use(page);
    if (errors.length > 0) throw new Error(`the page failed: ${errors.join("; ")}`);
  } finally {
    await chrome.close();
  }
}

/** Whether somebody who has not scrolled since sees all of it. */
export async function inSight(place: Locator): Promise<boolean> {
  const box = await place.boundingBox();
  const height = place.page().viewportSize()?.height ?? 0;
  return box !== null && box.y >= 0 && box.y + box.height <= height;
}

/** Waits until the keyboard is on it. */
export async function focused(place: Locator): Promise<void> {
  const has = (): Promise<boolean> =>
    place.evaluate((one) => (one.getRootNode() as Document | ShadowRoot).activeElement === one);
  for (let i = 0; i < 100; i++) {
    if (await has()) return;
    await place.page().waitForTimeout(50);
  }
  throw new Error(`the keyboard is not on ${String(place)}`);
}

/** Waits until the hub has been asked for so much. */
export async function asked(page: Page, stage: Stage, count = 1): Promise<readonly PageCommand[]> {
  for (let i = 0; i < 100 && stage.commands.length < count; i++) await page.waitForTimeout(50);
  return stage.commands;
}
