import type { ProblemView } from "../../expose/snapshot.ts";
import type { AssociationLog } from "../association-log.ts";
import type { MqttOutput } from "../mqtt.ts";
import type { Store } from "../store.ts";

export interface ProblemSources {
  readonly mqtt: MqttOutput | undefined;
  readonly store: Store;
  readonly associationLog: AssociationLog | undefined;
}

/** What of the broker and the disk needs a person. */
export function problemsOf({ mqtt, store, associationLog }: ProblemSources): ProblemView[] {
  const problems: ProblemView[] = [];
  if (mqtt?.state === "refused") {
    problems.push({
      id: "broker_refuses",
      title: "The MQTT broker refuses the password",
      advice: "Correct user name and password in the configuration; Airwarden keeps trying.",
    });
  }
  if (mqtt?.unreachable === true) {
    problems.push({
      id: "broker_unreachable",
      title: "The MQTT broker cannot be reached",
      advice:
        "Is it running, and is its address in the configuration right? Without it Home Assistant hears nothing of Airwarden; Airwarden keeps trying.",
    });
  }
  if (mqtt?.state === "off") {
    problems.push({
      id: "no_broker",
      title: "No MQTT broker",
      advice: "Install the Mosquitto broker app, so that Home Assistant shows Airwarden's entities.",
    });
  }
  const { trouble } = store;
  if (trouble !== undefined) {
    problems.push({ id: "store", title: "Something could not be stored", advice: trouble.message });
  }
  const unwritten = associationLog?.trouble;
  if (unwritten !== undefined) {
    problems.push({
      id: "association_log",
      title: "The log of associations cannot be written",
      advice: unwritten,
    });
  }
  return problems;
}
