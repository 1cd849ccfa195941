import { join } from "node:path";
import { type PageServer, startHttp } from "./edge/page/http.ts";
import { StoreFailure } from "./edge/store/store-failure.ts";
import { FIRMWARE, Hub, type HubParts } from "./hub.ts";

const PAGE = join(import.meta.dirname, "web/dist");

/** Opens the page, then the hub behind it: the page answers first, whatever else takes its time or fails. */
export async function startHub(parts: HubParts): Promise<Hub> {
  const page = await openPage(parts);
  try {
    return await hubBehind(page, parts);
  } catch (error) {
    await page.close();
    throw error;
  }
}

/**
 * The hub as an app of Home Assistant. Where its data is from a newer version, ending would only be the beginning of
 * a loop of restarts: the page stays and says what to do.
 */
export async function startApp(parts: HubParts): Promise<{ stop(): Promise<void> }> {
  const page = await openPage(parts);
  try {
    return await hubBehind(page, parts);
  } catch (error) {
    if (error instanceof StoreFailure && error.problem === "newer") {
      parts.log.error(() => error.message);
      page.explain(error.message);
      return { stop: () => page.close() };
    }
    await page.close();
    throw error;
  }
}

async function openPage({ options, log }: HubParts): Promise<PageServer> {
  const page = await startHttp({
    ...options.http,
    ingress: options.supervisorToken !== undefined,
    page: PAGE,
    firmware: options.firmwareFolder ?? FIRMWARE,
  });
  log.info(() => `the page is at ${page.url}`);
  return page;
}

async function hubBehind(page: PageServer, parts: HubParts): Promise<Hub> {
  const hub = new Hub(parts, page);
  await hub.start();
  return hub;
}
