/** Where this hub speaks: the persistent hub id is in every topic and id, so that two hubs share a broker. */
export interface Site {
  /** 4-32 characters of [a-z0-9]. */
  readonly hubId: string;
  readonly discoveryPrefix: string;
  readonly version: string;
  /** Address of the page as Home Assistant's device page links to it. */
  readonly configurationUrl?: string | undefined;
}

type Own = Pick<Site, "hubId">;

export const baseTopic = (site: Own): string => `airwarden/${site.hubId}`;
export const statusTopic = (site: Own): string => `${baseTopic(site)}/status`;
export const commandTopic = (site: Own): string => `${baseTopic(site)}/command`;
export const alertTopic = (site: Own): string => `${baseTopic(site)}/alert`;
export const hubStateTopic = (site: Own): string => `${baseTopic(site)}/state`;
/** Where a person's choice for a setting of the hub arrives. */
export const settingTopic = (site: Own, key: string): string => `${baseTopic(site)}/${key}/set`;
export const nodeTopic = (site: Own, id: string): string => `${baseTopic(site)}/node/${topicId(id)}`;
export const watchedTopic = (site: Own, id: string): string => `${baseTopic(site)}/device/${id}`;

/** Topic levels and ids hold nothing that a stranger or a person chose freely: [a-zA-Z0-9_-] only. */
export const topicId = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);

export const hubDeviceId = (site: Own): string => `airwarden_hub_${site.hubId}`;
export const nodeDeviceId = (site: Own, id: string): string => `airwarden_node_${site.hubId}_${topicId(id)}`;
export const watchedDeviceId = (site: Own, id: string): string => `airwarden_dev_${site.hubId}_${id}`;

export const discoveryTopic = (site: Site, id: string): string =>
  `${site.discoveryPrefix}/device/${id}/config`;

/** Id of the device of the home in a topic of this hub, of discovery or of its state; undefined in any other topic. */
export function watchedIdIn(site: Site, topic: string): string | undefined {
  const [states, ids] = [watchedTopic(site, ""), watchedDeviceId(site, "")];
  const discovered = discoveredId(site, topic);
  if (discovered?.startsWith(ids)) return discovered.slice(ids.length);
  return topic.startsWith(states) ? topic.slice(states.length) : undefined;
}

/** Id of a node in the topic of its state; undefined in any other topic. */
export function nodeIdIn(site: Own, topic: string): string | undefined {
  const states = nodeTopic(site, "");
  const id = topic.startsWith(states) ? topic.slice(states.length) : "";
  return /^[a-zA-Z0-9_-]+$/.test(id) ? id : undefined;
}

/** Id of one of this hub's devices in a discovery topic; undefined in topics of others. */
export function discoveredId(site: Site, topic: string): string | undefined {
  const id = /\/device\/(airwarden_(?:hub|node|dev)_([a-z0-9]+)(?:_[a-zA-Z0-9_-]+)?)\/config$/.exec(topic);
  return id?.[2] === site.hubId && topic.startsWith(`${site.discoveryPrefix}/`) ? id[1] : undefined;
}
