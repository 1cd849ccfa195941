import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isIP } from "node:net";
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

/** The page's port is taken or cannot be opened. */
export class HttpError extends Error {
  override readonly name = "HttpError";
}

/** The Supervisor's ingress proxy: inside the app nobody else may ask for the page. */
const INGRESS_PROXY = "172.30.32.2";
const LIVE_INTERVAL_MS = 1000;
/** Home Assistant's proxies close quiet streams; a comment keeps them open. */
const KEEP_ALIVE_MS = 20_000;
const MOST_LIVE_STREAMS = 50;
const NAME_CHARACTERS = 60;

export interface HttpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Accept the ingress proxy only (inside the Home Assistant app). */
  readonly ingress: boolean;
  /** Folder of the built page. */
  readonly page: string;
  /** Folder of the firmware's images, where they were built. */
  readonly firmware?: string;
}

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

export interface PageServer {
  readonly url: string;
  attach(source: PageSource): void;
  /** Instead of the page: why there is no hub, and what to do. */
  explain(reason: string): void;
  close(): Promise<void>;
}

/**
 * Starts the page server. It answers at once, before anything else of the hub runs, so that the person sees
 * "starting" instead of an error page.
 */
export async function startHttp(options: HttpOptions): Promise<PageServer> {
  let source: PageSource | undefined;
  let reason: string | undefined;
  const streams = new Set<Response>();
  const app = express();
  app.disable("x-powered-by");
  app.use((request, response, next) => {
    const refusal = refuse(request, options);
    if (refusal === undefined) {
      secure(response);
      next();
    } else response.status(403).type("text/plain").send(refusal);
  });
  app.use((request, response, next) => {
    if (reason === undefined || request.path === "/healthz") next();
    else response.status(503).set("Cache-Control", "no-store").type("html").send(reasonPage(reason));
  });
  routes(app, { source: () => source, streams, options });
  app.use(answerFailure);
  const server = createServer(app);
  await listen(server, options);
  const timer = setInterval(() => source && broadcast(streams, source), LIVE_INTERVAL_MS);
  const keepAlive = setInterval(() => streams.forEach((one) => void one.write(": \n\n")), KEEP_ALIVE_MS);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${isIP(options.host) === 6 ? `[${options.host}]` : options.host}:${port}/`,
    attach(attached) {
      source = attached;
    },
    explain(text) {
      reason = text;
    },
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        clearInterval(keepAlive);
        for (const stream of streams) stream.end();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: HttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === "EADDRINUSE"
          ? `port ${port} is in use by another program: stop it, or choose another with --port`
          : `cannot open port ${port} on ${host}: ${cause.message}`;
      reject(new HttpError(reason, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

const peerOf = (request: Request): string => (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

/** Why a request is not answered, or undefined. The Host check keeps web sites from reaching a loopback hub. */
function refuse(request: Request, options: HttpOptions): string | undefined {
  const peer = peerOf(request);
  if (options.ingress) {
    if (peer === INGRESS_PROXY) return undefined;
    return isLoopback(peer) && request.path === "/healthz" ? undefined : "open Airwarden from Home Assistant";
  }
  if (!isLoopback(options.host)) return undefined;
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return host === "localhost" || isLoopback(host) ? undefined : "unknown host name";
}

function secure(response: Response): void {
  response.set({
    "Content-Security-Policy":
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

const reasonPage = (reason: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Airwarden</title><body><h1>Airwarden cannot run</h1><p>${escaped(reason)}</p></body></html>`;

interface Routing {
  readonly source: () => PageSource | undefined;
  readonly streams: Set<Response>;
  readonly options: HttpOptions;
}

function routes(app: Express, { source, streams, options }: Routing): void {
  const { page, ingress, firmware } = options;
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
function answerFailure(cause: unknown, _request: Request, response: Response, next: NextFunction): void {
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
function broadcast(streams: ReadonlySet<Response>, source: PageSource): void {
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
  if (source === undefined) {
    response.status(503).json({ ok: false, error: "the hub is still starting" });
    return;
  }
  const stranger = ingress ? await whyNotAllowed(request, source) : undefined;
  if (stranger !== undefined) {
    response.status(403).json({ ok: false, error: stranger });
    return;
  }
  const answer = await source.command(command, ingress ? nameOf(request) : "");
  response
    .status(answer.ok ? 200 : 409)
    .set("Cache-Control", "no-store")
    .json(answer);
}

async function sendBlockEntities(
  request: Request,
  response: Response,
  { source, ingress }: Answering,
): Promise<void> {
  response.set("Cache-Control", "no-store");
  const stranger = ingress && source !== undefined ? await whyNotAllowed(request, source) : undefined;
  if (stranger !== undefined || source === undefined) {
    const status = source === undefined ? 503 : 403;
    response.status(status).json({ ok: false, error: stranger ?? "the hub is still starting" });
    return;
  }
  await sendEntities(response, source.blockEntities());
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
