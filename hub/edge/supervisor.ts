import type { BrokerAddress } from "./mqtt.ts";

const SUPERVISOR = "http://supervisor";
const TIMEOUT_MS = 10_000;

interface MqttService {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly ssl?: unknown;
  readonly username?: unknown;
  readonly password?: unknown;
}

/**
 * Credentials of the broker that the Supervisor offers; undefined while there is none. They change when Mosquitto is
 * restarted, so they are asked for anew at every connection. `address` is the Supervisor's, for tests.
 */
export async function brokerOfSupervisor(
  token: string,
  address = SUPERVISOR,
): Promise<BrokerAddress | undefined> {
  const response = await fetch(`${address}/services/mqtt`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) return undefined;
  const answer = (await response.json()) as { readonly data?: MqttService };
  const { host, port, ssl, username, password } = answer.data ?? {};
  if (typeof host !== "string" || typeof port !== "number") return undefined;
  return {
    url: `${ssl === true ? "mqtts" : "mqtt"}://${host}:${port}`,
    ...(typeof username === "string" ? { username } : {}),
    ...(typeof password === "string" ? { password } : {}),
  };
}
