export type Platform = "event" | "binary_sensor" | "sensor" | "button" | "switch" | "number" | "update";

export type StateValue =
  | string
  | number
  | boolean
  | null
  | readonly StateValue[]
  | { readonly [key: string]: StateValue };

/** One entity as Home Assistant's MQTT discovery describes it, and what its state is of the view that it shows. */
export interface EntityRow<View> {
  /** In unique ids and in the state message, for ever. */
  readonly key: string;
  readonly platform: Platform;
  readonly name: string;
  /** Home Assistant keys as they stand in the payload: device_class, unit_of_measurement, icon, … */
  readonly traits: Readonly<Record<string, string | boolean | number | readonly string[]>>;
  /** Undefined for events and buttons, which have none. */
  readonly state?: (view: View) => StateValue;
  /** How Home Assistant reads the state where it is not simply the value of the key. */
  readonly template?: string;
  /** Attributes beside the state: bounded, and the same while nothing a person cares about has changed. */
  readonly attributes?: (view: View) => Readonly<Record<string, StateValue>>;
  /** It says something also while its device is not there. */
  readonly lasting?: true;
  /** A measurement that changes all the time: told now and then, or with something else. */
  readonly restless?: true;
  /** Word that a button or the installation of an update sends. */
  readonly command?: string;
  /** A person sets it: what they choose arrives on a topic of its own. */
  readonly settable?: true;
  /** Where this view has no such entity. */
  readonly offered?: (view: View) => boolean;
}

export const DIAGNOSTIC = { entity_category: "diagnostic" } as const;
export const CONFIG = { entity_category: "config" } as const;
/** What changes all the time is off until somebody wants it. */
export const QUIET = { enabled_by_default: false, ...DIAGNOSTIC } as const;

export const onOff = (on: boolean): "ON" | "OFF" => (on ? "ON" : "OFF");

/** An update's state is an object, which Home Assistant reads as JSON. */
export const updateTemplate = (key: string): string => `{{ value_json.${key} | tojson }}`;

/** Key of an entity's attributes in the state message. */
export const attributesKey = (key: string): string => `${key}_attributes`;

/** Rows that a view has. */
export const offeredRows = <View>(rows: readonly EntityRow<View>[], view: View): readonly EntityRow<View>[] =>
  rows.filter((row) => row.offered?.(view) !== false);

/** The state message of a view: the states by key, and the attributes. */
export function stateOf<View>(rows: readonly EntityRow<View>[], view: View): Record<string, StateValue> {
  const fields: Record<string, StateValue> = {};
  for (const { key, state, attributes } of offeredRows(rows, view)) {
    if (state !== undefined) fields[key] = state(view);
    if (attributes !== undefined) fields[attributesKey(key)] = attributes(view);
  }
  return fields;
}

/** Two significant digits: the trend stays, the noise of the last digit does not reach the recorder. */
export function roundRate(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(2));
}
