import { fieldsOf, listOf, rowsOf, textOf } from "../../base/fields.ts";
import type { Mac } from "../../base/units.ts";
import type { HostName, RegistryArea, RegistryDevice, RegistryEntity } from "../../house/registry.ts";
import { parseMac } from "../../radio/mac.ts";
import { toldIn } from "./read-states.ts";

// Rows that do not have the shape of today's Home Assistant are left out, one by one.

/** Home Assistant leaves some texts empty where it means that there is none. */
const wordsOf = (value: unknown): string | undefined => textOf(value, /./s);
const pairsOf = (value: unknown): (readonly [string, string])[] =>
  listOf(value)
    .map(listOf)
    .filter((pair) => pair.length >= 2)
    .map((pair) => [String(pair[0]), String(pair[1])]);

/** Answer of `config/device_registry/list`. `hubId` tells this hub's own entries from those of another one. */
export function readDevices(answer: unknown, hubId: string): RegistryDevice[] {
  return rowsOf(answer).flatMap((row) => {
    const id = wordsOf(row["id"]);
    if (id === undefined || row["disabled_by"] === "user") return [];
    const identifiers = pairsOf(row["identifiers"]);
    const own = identifiers.find(isOurs);
    return [
      {
        id,
        name: wordsOf(row["name"]),
        nameByUser: wordsOf(row["name_by_user"]),
        areaId: wordsOf(row["area_id"]),
        macs: addressesOf(pairsOf(row["connections"]), identifiers),
        parentId: wordsOf(row["parent_device_id"]),
        ours: own !== undefined && identifiers.every(isOurs),
        brokered: identifiers.some((pair) => pair[0] === "mqtt" && !isOurs(pair)),
        watches: own === undefined ? undefined : watchedBy(own[1], hubId),
      },
    ];
  });
}

const isOurs = ([domain, value]: readonly [string, string]): boolean =>
  domain === "mqtt" && value.startsWith("airwarden_");

/** Connections of kind `mac`, and identifiers that are nothing but an address. */
function addressesOf(
  connections: readonly (readonly [string, string])[],
  identifiers: readonly (readonly [string, string])[],
): Mac[] {
  const named = connections.filter(([kind]) => kind === "mac").map(([, value]) => value);
  const bare = identifiers.map(([, value]) => value);
  const macs = [...named, ...bare].map(parseMac).filter((mac) => mac !== undefined);
  return [...new Set(macs)];
}

function watchedBy(identifier: string, hubId: string): Mac | undefined {
  const prefix = `airwarden_dev_${hubId}_`;
  return identifier.startsWith(prefix) ? parseMac(identifier.slice(prefix.length)) : undefined;
}

/** Answer of `config/entity_registry/list`. */
export function readEntities(answer: unknown): RegistryEntity[] {
  return rowsOf(answer).flatMap((row) => {
    const entityId = wordsOf(row["entity_id"]);
    if (entityId === undefined) return [];
    return [
      {
        entityId,
        uniqueId: String(row["unique_id"]),
        platform: String(row["platform"]),
        deviceId: wordsOf(row["device_id"]),
        areaId: wordsOf(row["area_id"]),
        name: wordsOf(row["name"]) ?? wordsOf(row["original_name"]),
        category: wordsOf(row["entity_category"]),
      },
    ];
  });
}

/** Answer of `config/area_registry/list`. */
export function readAreas(answer: unknown): RegistryArea[] {
  return rowsOf(answer).flatMap((row) => {
    const [id, name] = [wordsOf(row["area_id"]), wordsOf(row["name"])];
    return id === undefined || name === undefined ? [] : [{ id, name }];
  });
}

/** An entry that Home Assistant said it has removed: an entity by its entity id, or a device. */
export interface Gone {
  readonly kind: "entity" | "device";
  readonly id: string;
  /** Time of the event in Home Assistant, ISO 8601 in UTC. */
  readonly at: string;
}

/** The entry that an event of a registry says was removed; undefined for every other event. */
export function readGone(push: unknown): Gone | undefined {
  const event = fieldsOf(push);
  const fields = fieldsOf(event["data"]);
  if (fields["action"] !== "remove") return undefined;
  const at = wordsOf(event["time_fired"]) ?? "";
  const [entityId, deviceId] = [wordsOf(fields["entity_id"]), wordsOf(fields["device_id"])];
  if (entityId !== undefined) return { kind: "entity", id: entityId, at };
  return deviceId === undefined ? undefined : { kind: "device", id: deviceId, at };
}

/** One push of `dhcp/subscribe_discovery`: the whole table first, then what was added. */
export function readLeases(push: unknown): HostName[] {
  return rowsOf(fieldsOf(push)["add"]).flatMap((row) => {
    const mac = parseMac(String(row["mac_address"]));
    const name = wordsOf(row["hostname"]);
    return mac === undefined || name === undefined ? [] : [{ mac, name }];
  });
}

/** One push of `subscribe_entities` for trackers. */
export function readTrackers(push: unknown): HostName[] {
  return toldIn(push).flatMap(([entityId, state]) => {
    const attributes = fieldsOf(state["a"]);
    const mac = parseMac(String(attributes["mac"]));
    const name = wordsOf(attributes["host_name"]) ?? wordsOf(attributes["friendly_name"]);
    return mac === undefined || name === undefined ? [] : [{ mac, name, entityId }];
  });
}

/** How far Home Assistant has come with MQTT, by answers of `config_entries/get` for MQTT and of `get_config`. */
export function readMqtt(entries: unknown, config: unknown): "absent" | "starting" | "running" {
  const rows = rowsOf(entries);
  if (rows.length === 0) return "absent";
  const loaded = rows.some((row) => row["state"] === "loaded");
  return loaded && fieldsOf(config)["state"] === "RUNNING" ? "running" : "starting";
}

/** Ids of administrators in an answer of `config/auth/list`. */
export function readAdministrators(answer: unknown): Set<string> {
  const ids = rowsOf(answer)
    .filter((row) => {
      const groups = listOf(row["group_ids"]);
      return row["is_active"] !== false && (row["is_owner"] === true || groups.includes("system-admin"));
    })
    .map((row) => wordsOf(row["id"]))
    .filter((id) => id !== undefined);
  return new Set(ids);
}
