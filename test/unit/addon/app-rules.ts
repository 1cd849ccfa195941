/**
 * What Home Assistant's linter of apps (frenck/action-addon-linter 2.21) refuses in a config.yaml: keys that it does
 * not know, values of a wrong kind, keys equal to their default, and keys that do not go together.
 */
export type AppDescription = Readonly<Record<string, unknown>>;

interface Rule {
  /** Undefined where the value is right, else what it should be. */
  readonly wrong: (value: unknown) => string | undefined;
  /** What the Supervisor takes where the key is absent. */
  readonly usual?: unknown;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const when = (holds: boolean, wanted: string): string | undefined => (holds ? undefined : wanted);
const text: Rule = { wrong: (value) => when(isText(value), "a text") };
const record: Rule = { wrong: (value) => when(isRecord(value), "a mapping"), usual: {} };
const flag = (usual: boolean): Rule => ({
  wrong: (value) => when(typeof value === "boolean", "true or false"),
  usual,
});
const oneOf = (words: string, usual: string): Rule => ({
  wrong: (value) => when(isText(value) && words.split(" ").includes(value), `one of ${words}`),
  usual,
});
const listOf = (pattern: RegExp): Rule => ({
  wrong: (value) =>
    when(
      Array.isArray(value) && value.every((one) => isText(one) && pattern.test(one)),
      `a list of ${pattern.source}`,
    ),
});
const whole = (least: number, most: number, usual: number): Rule => ({
  wrong: (value) =>
    when(Number.isInteger(value) && Number(value) >= least && Number(value) <= most, `${least} to ${most}`),
  usual,
});
const values = (holds: (value: unknown) => boolean, wanted: string): Rule => ({
  wrong: (value) => when(isRecord(value) && Object.values(value).every(holds), wanted),
});
const isPort = (value: unknown): boolean =>
  value === null || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535);

const RULES: Readonly<Record<string, Rule>> = {
  name: text,
  version: text,
  slug: text,
  description: text,
  url: text,
  image: text,
  homeassistant: text,
  panel_title: text,
  ingress_entry: text,
  backup_pre: text,
  backup_post: text,
  webui: text,
  watchdog: text,
  codenotary: text,
  panel_icon: { ...text, usual: "mdi:puzzle" },
  options: record,
  schema: record,
  ulimits: record,
  environment: { wrong: record.wrong },
  ports: values(isPort, "host ports from 1 to 65535, or null"),
  ports_description: values(isText, "a text for each port"),
  arch: listOf(/^(aarch64|amd64|armhf|armv7|i386)$/),
  services: listOf(/^(mqtt|mysql):(provide|want|need)$/),
  machine: listOf(/^!?[a-z0-9-]+$/),
  privileged: listOf(
    /^(BPF|DAC_READ_SEARCH|IPC_LOCK|NET_(ADMIN|RAW)|PERFMON|SYS_(ADMIN|MODULE|NICE|PTRACE|RAWIO|RESOURCE|TIME))$/,
  ),
  discovery: listOf(/./),
  devices: listOf(/^[^:]+$/),
  backup_exclude: listOf(/./),
  breaking_versions: listOf(/./),
  map: listOf(
    /^(addon_config|all_addon_configs|config|homeassistant_config|ssl|addons|backup|share|media)(:r[ow])?$/,
  ),
  startup: oneOf("application initialize once services system", "application"),
  boot: oneOf("auto manual manual_only", "auto"),
  stage: oneOf("deprecated experimental stable", "stable"),
  backup: oneOf("hot cold", "hot"),
  hassio_role: oneOf("admin backup default homeassistant manager", "default"),
  ingress_port: whole(0, 65_535, 8099),
  timeout: whole(10, 300, 10),
  apparmor: flag(true),
  init: flag(true),
  panel_admin: flag(true),
};

const OFF = `advanced audio auth_api devicetree docker_api full_access gpio hassio_api homeassistant_api
  host_dbus host_ipc host_network host_pid host_uts ingress ingress_stream journald kernel_modules legacy realtime stdin
  tmpfs uart udev usb video`.split(/\s+/);

const ruleOf = (key: string): Rule | undefined => RULES[key] ?? (OFF.includes(key) ? flag(false) : undefined);

const REQUIRED = ["name", "version", "slug", "description", "arch"];

/** Keys that do not go together, or not any more: why, and when. */
const TOGETHER: readonly (readonly [string, (app: AppDescription) => boolean])[] = [
  ["webui has no use beside ingress", (app) => "webui" in app && app["ingress"] === true],
  [
    "ingress_port 0 is for apps on the host's network",
    (app) => app["ingress"] === true && app["ingress_port"] === 0 && app["host_network"] !== true,
  ],
  [
    "full_access includes devices, gpio, uart and usb",
    (app) => app["full_access"] === true && ["devices", "gpio", "uart", "usb"].some((key) => key in app),
  ],
  ["auto_uart is called uart", (app) => "auto_uart" in app],
  ["a watchdog is the image's HEALTHCHECK", (app) => "watchdog" in app],
  ["codenotary is not used any more", (app) => "codenotary" in app],
  [
    "a cold backup runs nothing before or after",
    (app) => app["backup"] === "cold" && ("backup_pre" in app || "backup_post" in app),
  ],
  [
    "config cannot be mapped beside its successors",
    ({ map }) =>
      mapped(map, "config") && (mapped(map, "homeassistant_config") || mapped(map, "addon_config")),
  ],
  [
    "32-bit machines are not supported any more",
    ({ arch }) => Array.isArray(arch) && arch.some((one) => /^(armhf|armv7|i386)$/.test(String(one))),
  ],
];

const mapped = (map: unknown, name: string): boolean =>
  Array.isArray(map) && map.some((one) => String(one).split(":")[0] === name);

/** All that the linter would say; nothing for a description that it accepts. */
export function appFaults(app: AppDescription): string[] {
  const missing = REQUIRED.filter((key) => !(key in app)).map((key) => `${key} is missing`);
  const single = Object.entries(app).flatMap(([key, value]) => {
    const rule = ruleOf(key);
    if (rule === undefined) return [`${key} is not known`];
    const wanted = rule.wrong(value);
    if (wanted !== undefined) return [`${key} should be ${wanted}`];
    const isUsual = "usual" in rule && JSON.stringify(value) === JSON.stringify(rule.usual);
    return isUsual ? [`${key} is the default`] : [];
  });
  const together = TOGETHER.filter(([, holds]) => holds(app)).map(([why]) => why);
  return [...missing, ...single, ...together];
}
