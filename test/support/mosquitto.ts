import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mqtt from "mqtt";
import { program } from "./prepare.ts";

export interface Broker {
  readonly port: number;
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once, as when the power fails. */
  kill(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** A TCP port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A real Mosquitto on loopback; with `password` it refuses everybody but user `airwarden`. */
export async function mosquitto(options: { password?: string } = {}): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), "airwarden-mosquitto-"));
  const port = await freePort();
  const access =
    options.password === undefined
      ? "allow_anonymous true"
      : `allow_anonymous false\npassword_file ${folder}/users`;
  writeFileSync(
    join(folder, "conf"),
    `listener ${port} 127.0.0.1\npersistence false\nuser root\n${access}\n`,
  );
  if (options.password !== undefined) {
    const made = spawn("mosquitto_passwd", ["-b", "-c", `${folder}/users`, "airwarden", options.password], {
      stdio: "ignore",
    });
    await once(made, "exit");
  }
  let child: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    running.kill(signal);
    await once(running, "exit");
  };
  const broker: Broker = {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      child = spawn(program("mosquitto") ?? "mosquitto", ["-c", join(folder, "conf")], { stdio: "ignore" });
      await answering(port);
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    async remove() {
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return broker;
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const reached = await new Promise<boolean>((resolve) => {
      const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, connectTimeout: 1000 });
      const done = (answer: boolean): void => {
        client.end(true);
        resolve(answer);
      };
      client.on("connect", () => done(true));
      client.on("error", (cause: Error & { code?: unknown }) => done(typeof cause.code === "number"));
      client.on("close", () => done(false));
    });
    if (reached) return;
    await sleep(50);
  }
  throw new Error("mosquitto did not start");
}
