import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export const PREFIX = "/api/hassio_ingress/AbC-123/";

/** A proxy that serves a hub under a path prefix, as Home Assistant's ingress does, and knows no other address. */
export async function behindPrefix(hub: string): Promise<{ url: string; strays: string[]; server: Server }> {
  const strays: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "";
    if (!path.startsWith(PREFIX)) {
      strays.push(path);
      outgoing.writeHead(404).end();
      return;
    }
    const onward = request(
      new URL(path.slice(PREFIX.length - 1), hub),
      { method: incoming.method, headers: { ...incoming.headers, host: new URL(hub).host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`, strays, server };
}
