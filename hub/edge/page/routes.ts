import { join } from "node:path";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { printable } from "../../base/text.ts";
import { readPageCommand } from "../../expose/command.ts";
import { metricsText } from "../../expose/metrics.ts";
import type { BlockEntity } from "../../expose/snapshot/block.ts";
import type { CommandAnswer, PageCommand } from "../../expose/snapshot/command.ts";
import type { EntityChoice } from "../../expose/snapshot/house.ts";
import type { Snapshot } from "../../expose/snapshot.ts";
import { firmwareFiles } from "../care/firmware/files.ts";

const MOST_LIVE_STREAMS = 50;
const NAME_CHARACTERS = 60;

/** What the pages ask; undefined while the hub is still starting. */
export interface PageSource {
  snapshot(): Snapshot;
  /** `by` is the person's name in Home Assistant, empty where nobody said who. */
  command(command: PageCommand, by: string): Promise<CommandAnswer>;
  /** What "block" could turn in Home Assistant. Rejects while it cannot be asked. */
  blockEntities(): Promise<readonly BlockEntity[]>;
  /** Entities of Home Assistant, to choose from. Rejects while it cannot be asked. */
  entities(): Promise<readonly EntityChoice[]>;
  /** Whether this user of Home Assistant is an administrator. Rejects while Home Assistant cannot be asked. */
  isAdministrator(user: string): Promise<boolean>;
}

export interface Routing {
  readonly source: () => PageSource | undefined;
  readonly streams: Set<Response>;
  /** Folder of the built page. */
  readonly page: string;
  /** Folder of the firmware's images, where they were built. */
  readonly firmware: string | undefined;
  /** The Supervisor says who asks. */
  readonly ingress: boolean;
}

export function routes(app: Express, routing: Routing): void {
  const { source, streams, page, ingress, firmware } = routing;
  app.get("/healthz", (_request, response) => void response.type("text/plain").send("ok\n"));
  app.get("/metrics", (_request, response) => {
    const snapshot = source()?.snapshot();
    if (snapshot === undefined) response.status(503).type("text/plain").send("starting\n");
    else response.type("text/plain; version=0.0.4").send(metricsText(snapshot));
  });
  app.get("/api/snapshot", (_request, response) => {
    const snapshot = source()?.snapshot();
    response.set("Cache-Control", "no-store");
    if (snapshot === undefined) response.status(503).json({ starting: true });
    else response.json(snapshot);
  });
  app.get("/api/live", (_request, response) => openStream(response, streams, source()));
  app.get("/api/entities", (_request, response) => sendEntities(response, source()?.entities()));
  app.get("/api/entities/block", (request, response) =>
    sendBlockEntities(request, response, { source: source(), ingress }),
  );
  app.get("/api/rights", (request, response) => sendRights(request, response, { source: source(), ingress }));
  app.post("/api/command", express.json({ limit: "16kb" }), (request, response) =>
    runCommand(request, response, { source: source(), ingress }),
  );
  if (firmware !== undefined) app.use("/firmware", firmwareFiles(firmware));
  const immutable = { index: false, immutable: true, maxAge: "365d" } as const;
  app.use("/assets", express.static(join(page, "assets"), immutable));
  app.use(express.static(page, { setHeaders: (response) => void response.set("Cache-Control", "no-store") }));
}

/** A request that cannot be read is the sender's fault; what fails in here is ours. Neither shows its insides. */
export function answerFailure(
  cause: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (response.headersSent) {
    next(cause);
    return;
  }
  const status = cause instanceof Error && "status" in cause && cause.status === 413 ? 413 : 400;
  response.status(status).json({ ok: false, error: "the request cannot be read" });
}

function openStream(response: Response, streams: Set<Response>, source: PageSource | undefined): void {
  if (streams.size >= MOST_LIVE_STREAMS) {
    response.status(503).type("text/plain").send("too many open pages\n");
    return;
  }
  response.set({
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  response.write("retry: 2000\n\n");
  streams.add(response);
  response.on("close", () => streams.delete(response));
  if (source !== undefined) broadcast(new Set([response]), source);
}

/** Sends one snapshot to all; a page that does not keep up misses some, it never holds memory here. */
export function broadcast(streams: ReadonlySet<Response>, source: PageSource): void {
  if (streams.size === 0) return;
  const message = `data: ${JSON.stringify(source.snapshot())}\n\n`;
  for (const stream of streams) if (!stream.writableNeedDrain) stream.write(message);
}

interface Answering {
  readonly source: PageSource | undefined;
  readonly ingress: boolean;
}

async function runCommand(
  request: Request,
  response: Response,
  { source, ingress }: Answering,
): Promise<void> {
  if (request.headers["x-airwarden"] !== "1") {
    response.status(403).json({ ok: false, error: "commands come from the page only" });
    return;
  }
  const command = readPageCommand(request.body);
  if (command === undefined) {
    response.status(400).json({ ok: false, error: "this is not a command of the page" });
    return;
  }
  const asked = await allowed(request, response, { source, ingress });
  if (asked === undefined) return;
  const answer = await asked.command(command, ingress ? nameOf(request) : "");
  response.status(answer.ok ? 200 : 409).json(answer);
}

async function sendBlockEntities(request: Request, response: Response, answering: Answering): Promise<void> {
  const asked = await allowed(request, response, answering);
  if (asked !== undefined) await sendEntities(response, asked.blockEntities());
}

/** The hub, for those who may change something; all others are answered here. */
async function allowed(
  request: Request,
  response: Response,
  { source, ingress }: Answering,
): Promise<PageSource | undefined> {
  response.set("Cache-Control", "no-store");
  const stranger = ingress && source !== undefined ? await whyNotAllowed(request, source) : undefined;
  if (stranger === undefined && source !== undefined) return source;
  const error = stranger ?? "the hub is still starting";
  response.status(source === undefined ? 503 : 403).json({ ok: false, error });
  return undefined;
}

/** What Home Assistant has, or why it cannot be asked. */
async function sendEntities(
  response: Response,
  asked: Promise<readonly EntityChoice[]> | undefined,
): Promise<void> {
  response.set("Cache-Control", "no-store");
  try {
    response.json((await asked) ?? []);
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : "Home Assistant cannot be asked just now";
    response.status(503).json({ ok: false, error });
  }
}

/** Whether who looks may change something, so that the page says so before somebody tries. */
async function sendRights(
  request: Request,
  response: Response,
  { source, ingress }: Answering,
): Promise<void> {
  const refusal = ingress && source !== undefined ? await whyNotAllowed(request, source) : undefined;
  response.set("Cache-Control", "no-store").json({ refusal: refusal ?? null });
}

/** What the person is called in Home Assistant; only the Supervisor says so. Header fields are octets of UTF-8. */
function nameOf(request: Request): string {
  const { "x-remote-user-display-name": shown, "x-remote-user-name": login } = request.headers;
  const given = [shown, login].find((one) => typeof one === "string" && one !== "");
  return printable(Buffer.from(String(given ?? ""), "latin1"), NAME_CHARACTERS).trim();
}

/**
 * Every user of Home Assistant can open the page through ingress; changing something is for administrators. Only the
 * Supervisor sets the header, and it strips one that a browser sent.
 */
async function whyNotAllowed(request: Request, source: PageSource): Promise<string | undefined> {
  const user = request.headers["x-remote-user-id"];
  if (typeof user !== "string" || user === "")
    return "Home Assistant did not say who you are: open the page anew";
  try {
    if (await source.isAdministrator(user)) return undefined;
    return "only administrators of Home Assistant can change something here";
  } catch {
    return "Home Assistant cannot be asked who you are just now: try again in a minute";
  }
}
