import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isIP } from "node:net";
import express, { type Request, type Response } from "express";
import { answerFailure, broadcast, type PageSource, routes } from "./routes.ts";

/** The page's port is taken or cannot be opened. */
export class HttpError extends Error {
  override readonly name = "HttpError";
}

/** The Supervisor's ingress proxy: inside the app nobody else may ask for the page. */
const INGRESS_PROXY = "172.30.32.2";
const LIVE_INTERVAL_MS = 1000;
/** Home Assistant's proxies close quiet streams; a comment keeps them open. */
const KEEP_ALIVE_MS = 20_000;

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
  const { page, firmware, ingress } = options;
  routes(app, { source: () => source, streams, page, firmware, ingress });
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
