/** Table: what the domains and states of Home Assistant's entities mean for a device on the radio. */

/**
 * Domains whose changes are acts or happenings that can be the cause of traffic. Not `sensor`: figures change all the
 * time, and would explain everything. Not `device_tracker`: a router says that, not the device.
 */
const ACTING = new Set([
  "alarm_control_panel",
  "assist_satellite",
  "binary_sensor",
  "button",
  "camera",
  "climate",
  "cover",
  "event",
  "fan",
  "humidifier",
  "image",
  "lawn_mower",
  "light",
  "lock",
  "media_player",
  "number",
  "remote",
  "select",
  "siren",
  "switch",
  "text",
  "update",
  "vacuum",
  "valve",
  "water_heater",
]);

/** Domains whose `off` means that the thing itself is off. */
const POWERED = new Set([
  "camera",
  "climate",
  "fan",
  "humidifier",
  "light",
  "media_player",
  "siren",
  "switch",
  "water_heater",
]);

const OFF = new Set(["off", "standby"]);

/** States during which a device may send as much as it likes. */
const BUSY = new Set(["playing", "buffering", "streaming", "recording", "cleaning", "mowing", "responding"]);

/** Domains of which one entity can stand for the whole home: who is there, the alarm, a guest. */
export const HOME_DOMAINS: readonly string[] = [
  "alarm_control_panel",
  "calendar",
  "group",
  "input_boolean",
  "person",
  "schedule",
  "zone",
];

/** `domain.object_id` as Home Assistant writes it. */
const ENTITY_ID = /^(?=.{3,255}$)[a-z0-9_]+\.[a-z0-9_]+$/;

export const isEntityId = (text: string): boolean => ENTITY_ID.test(text);
export const domainOf = (entityId: string): string => entityId.slice(0, entityId.indexOf("."));
export const isActing = (entityId: string): boolean => ACTING.has(domainOf(entityId));
export const isPowered = (entityId: string): boolean => POWERED.has(domainOf(entityId));
export const isOff = (state: string): boolean => OFF.has(state);
export const isBusy = (state: string): boolean => BUSY.has(state);
