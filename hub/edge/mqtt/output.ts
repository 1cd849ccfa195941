import type { TopicCommand } from "../../expose/discovery/topic-command.ts";
import type { Log } from "../log.ts";
import { MqttOutput } from "../mqtt.ts";
import type { HubOptions } from "../options.ts";
import type { Supervisor } from "../supervisor.ts";

export interface Broking {
  readonly hubId: string;
  readonly version: string;
  readonly log: Log;
  readonly supervisor: Supervisor | undefined;
  readonly onCommand: (command: TopicCommand) => void;
}

/** MQTT on the broker of the options, else on the Supervisor's; undefined where there is neither. */
export function mqttOf(options: HubOptions, broking: Broking): MqttOutput | undefined {
  const { hubId, version, log, supervisor, onCommand } = broking;
  const given = options.mqtt;
  if (given === undefined && supervisor === undefined) return undefined;
  return new MqttOutput({
    site: {
      ...{ hubId, discoveryPrefix: options.discoveryPrefix, version },
      get configurationUrl() {
        return supervisor?.page;
      },
    },
    broker: async () => given ?? (await supervisor?.broker()),
    onCommand,
    onNotice: (line, level) => log[level](() => line),
  });
}
