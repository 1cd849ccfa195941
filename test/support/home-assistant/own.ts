import type { CoreSocket, DeviceEntry, EntityEntry } from "./core-socket.ts";

/** Buttons and alerts have no state until somebody presses or something happens. */
const STATELESS = /^(event|button)\./;

/** Entities in the registry that a hub of ours made. */
export async function ownEntities(socket: CoreSocket): Promise<EntityEntry[]> {
  return (await socket.entities()).filter((one) => one.unique_id.startsWith("airwarden_"));
}

/** Devices in the registry that a hub of ours made: itself, its nodes, devices of the home. */
export async function ownDevices(socket: CoreSocket, kind: "hub" | "node" | "dev"): Promise<DeviceEntry[]> {
  return (await socket.devices()).filter((one) =>
    one.identifiers.some(([, id]) => id?.startsWith(`airwarden_${kind}_`)),
  );
}

/** No entity of the hub is unavailable, and no state is missing. */
export async function ownReady(socket: CoreSocket): Promise<boolean> {
  const states = await socket.states();
  const enabled = (await ownEntities(socket)).filter((one) => one.disabled_by === null);
  return enabled.every((one) => {
    const state = states.get(one.entity_id)?.state;
    return STATELESS.test(one.entity_id)
      ? state !== undefined && state !== "unavailable"
      : !["unavailable", "unknown", undefined].includes(state);
  });
}

/** All that the registries keep of the hub, as lines that can be compared. */
export async function ownRegistry(socket: CoreSocket): Promise<string[]> {
  const entities = (await ownEntities(socket)).map(
    (one) => `${one.entity_id} ${one.unique_id} ${one.device_id} ${one.disabled_by}`,
  );
  const devices = (await socket.devices())
    .filter((one) => one.identifiers.some(([, id]) => id?.startsWith("airwarden_")))
    .map((one) => `${one.id} ${one.name} ${one.name_by_user} ${one.area_id} via ${one.via_device_id}`);
  return [...entities, ...devices].sort();
}

/** States of the hub's entities by id, but for figures of the moment: measurements and diagnostic sensors. */
export async function ownStates(socket: CoreSocket): Promise<Record<string, string | undefined>> {
  const states = await socket.states();
  const lasting = (await ownEntities(socket)).filter((one) => {
    const measured = states.get(one.entity_id)?.attributes["state_class"] === "measurement";
    const diagnostic = one.entity_id.startsWith("sensor.") && one.entity_category === "diagnostic";
    return one.disabled_by === null && !measured && !diagnostic;
  });
  const ids = lasting.map((one) => one.entity_id).sort();
  return Object.fromEntries(ids.map((id) => [id, states.get(id)?.state]));
}
