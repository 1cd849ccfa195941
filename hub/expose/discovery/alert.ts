import type { IncidentView } from "../snapshot.ts";
import type { Publication } from "./publication.ts";
import { alertTopic, commandTopic, type Site } from "./site.ts";

/** An incident as it is told. */
export interface Alert extends IncidentView {
  /** The device that it is about can be blocked: what that does was chosen, and it is no device that others need. */
  readonly canBlock?: boolean;
}

/** The alert as an event: never retained, or every restart would tell it again. */
export function alertPublication(site: Site, incident: Alert, type: string = incident.kind): Publication {
  return {
    topic: alertTopic(site),
    payload: JSON.stringify(alertFields(site, incident, type)),
    retain: false,
  };
}

/**
 * The fields of an alert, the same on MQTT and on Home Assistant's own bus. Times are seconds since the epoch; what a
 * person answers goes to `command_topic`, as `acknowledge`, `this_is_normal`, `snooze` or `block` and the incident's id.
 */
export function alertFields(
  site: Pick<Site, "hubId" | "configurationUrl">,
  incident: Alert,
  type: string,
): Record<string, unknown> {
  return {
    event_type: type,
    incident_id: incident.id,
    severity: incident.severity,
    tier: incident.tier,
    title: incident.title.slice(0, 255),
    message: incident.message.slice(0, 1000),
    subject: incident.subject,
    raised_at: incident.raisedAt,
    can_block: incident.canBlock ?? false,
    command_topic: commandTopic(site),
    url: site.configurationUrl ?? null,
    evidence: incident.evidence,
  };
}
