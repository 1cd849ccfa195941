import { join } from "node:path";
import pack from "../package.json" with { type: "json" };
import { type Micros, micros } from "./base/units.ts";
import { DemoLink, demoNames, demoSettings } from "./demo/play.ts";
import { type Action, act } from "./edge/actions.ts";
import { AssociationLog } from "./edge/association-log.ts";
import { isForDesk } from "./edge/care/desk.ts";
import { NodeCare } from "./edge/care/node-care.ts";
import type { Blocking } from "./edge/home-assistant/block/blocking.ts";
import {
  type BlockParts,
  blockByTopic,
  blockEntities,
  blockingOf,
  isBlocking,
} from "./edge/home-assistant/block/parts.ts";
import { HomeAssistant } from "./edge/home-assistant.ts";
import { Keeper, learnedBefore } from "./edge/keeper.ts";
import type { LinkEnd } from "./edge/links/link.ts";
import { nodeAddress, ownAddresses } from "./edge/links/udp/address.ts";
import { refusedProblems } from "./edge/links/udp/refused.ts";
import { Links, linkEnd, startLinks } from "./edge/links.ts";
import type { Log } from "./edge/log.ts";
import { mqttOf } from "./edge/mqtt/output.ts";
import type { MqttOutput } from "./edge/mqtt.ts";
import type { HubOptions } from "./edge/options.ts";
import type { PageServer } from "./edge/page/http.ts";
import { problemsOf } from "./edge/page/problems.ts";
import { ReadModel } from "./edge/page/read-model.ts";
import { BackupWatch } from "./edge/store/backup-note.ts";
import { hubIdOf, openStore } from "./edge/store/opened.ts";
import type { Store } from "./edge/store.ts";
import { Supervisor } from "./edge/supervisor.ts";
import { loadVendors } from "./edge/vendors.ts";
import type { TopicCommand } from "./expose/discovery/topic-command.ts";
import type { CommandAnswer, PageCommand } from "./expose/snapshot/command.ts";
import type { IncidentView, ProblemView } from "./expose/snapshot.ts";
import { incidentView } from "./expose/view.ts";
import { Pipeline } from "./pipeline.ts";
import { parseMac } from "./radio/mac.ts";

export interface HubParts {
  readonly options: HubOptions;
  readonly log: Log;
  /** Hub time; undefined: the machine's clock, and the hub ticks by itself. */
  readonly clock?: () => Micros;
  /** Version of the node protocol; undefined: the one that is spoken here. */
  readonly protocol?: number;
}

const TICK_MS = 1000;
/** Cards wear: what can wait is written once a minute. */
const FLUSH_MS = 60_000;
const PRUNE_MS = 3_600_000;
/** Where images of the nodes' firmware are, unless the options say. */
export const FIRMWARE = join(import.meta.dirname, "../firmware/dist");

/** The machine's clock in µs since the epoch; it does not jump when the time of day is set. */
const machineTime = (): Micros => micros((performance.timeOrigin + performance.now()) * 1000);

/** The running hub: puts the edges around the pipeline. */
export class Hub {
  readonly pipeline: Pipeline;
  /** Where links report to; for what is played instead of listened to. */
  readonly end: LinkEnd;
  readonly #parts: HubParts;
  readonly #page: PageServer;
  readonly #now: () => Micros;
  readonly #store: Store;
  readonly #keeper: Keeper;
  readonly #associationLog: AssociationLog | undefined;
  readonly #backup: BackupWatch | undefined;
  readonly #links: Links;
  readonly #mqtt: MqttOutput | undefined;
  readonly #homeAssistant: HomeAssistant;
  readonly #supervisor: Supervisor | undefined;
  readonly #blocking: Blocking;
  readonly #blockParts: BlockParts;
  readonly #care: NodeCare;
  readonly #model: ReadModel;
  /** Links that could not be started. */
  #deaf: readonly ProblemView[] = [];
  #timers: NodeJS.Timeout[] = [];

  constructor(parts: HubParts, page: PageServer) {
    const { options, log, clock } = parts;
    const now = clock ?? machineTime;
    this.#parts = parts;
    this.#page = page;
    this.#now = now;
    this.#store = openStore(options, log, machineTime());
    this.pipeline = pipelineOf(parts, this.#store);
    this.#keeper = new Keeper(this.#store, this.pipeline);
    this.#keeper.restore(now());
    if (options.captures.length === 0) this.#keeper.recall(now());
    if (options.demo) nameDemo(this.pipeline, now());
    const { house, names } = this.pipeline;
    const folder = options.dataFolder;
    if (folder !== undefined) {
      this.#associationLog = new AssociationLog({ folder, house, names });
      this.#backup = new BackupWatch(folder, log);
    }
    this.pipeline.onChange = (change) => this.#associationLog?.take(change);
    this.end = linkEnd(this.pipeline, now);
    const demo = options.demo ? new DemoLink(this.end, () => performance.now()) : undefined;
    const token = options.supervisorToken;
    this.#supervisor = token === undefined ? undefined : new Supervisor(token);
    this.#links = new Links(
      options,
      { end: this.end, log, store: this.#store, supervisor: this.#supervisor },
      demo === undefined ? [] : [demo],
    );
    const hubId = hubIdOf(this.#store);
    this.#mqtt = mqttOf(options, {
      ...{ hubId, version: pack.version, log, supervisor: this.#supervisor },
      onCommand: (command) => this.#order(command),
    });
    this.#homeAssistant = new HomeAssistant({
      address: options.assistant,
      hubId,
      page: () => this.#supervisor?.page,
      ...{ pipeline: this.pipeline, store: this.#store, log, now },
      changed: () => this.#model.renew(),
      hasBroker: () => this.#mqtt?.state === "connected",
      called: (macs) => demo?.call(macs),
    });
    this.#blockParts = {
      ...{ pipeline: this.pipeline, store: this.#store, homeAssistant: this.#homeAssistant },
      ...{ supervisor: this.#supervisor, log, now },
      changed: () => this.#model.renew(),
    };
    this.#blocking = blockingOf(this.#blockParts);
    const firmware = options.firmwareFolder ?? FIRMWARE;
    this.#care = new NodeCare({
      ...{ pipeline: this.pipeline, firmware, keys: this.#store.nodes, now, log },
      isRefused: (node) => this.#links.refused().some((one) => one.nodeId === node),
      send: () => this.#send(),
    });
    this.#model = this.#readModel();
  }

  #readModel(): ReadModel {
    const { options } = this.#parts;
    return new ReadModel({
      pipeline: this.pipeline,
      update: () => this.#supervisor?.versions ?? null,
      updateOf: (record) => this.#care.view(record),
      now: this.#now,
      version: pack.version,
      demo: options.demo,
      startedAt: this.#now(),
      mqtt: () => this.#mqtt?.state ?? "off",
      homeAssistant: () => this.#homeAssistant.assistant?.state ?? "off",
      deletedEntities: () => this.#homeAssistant.deletedEntities,
      block: () => this.#blocking.view(),
      paired: () => this.#store.nodes.list(),
      nodeAddress: () => nodeAddress({ udp: options.udp, supervisor: this.#supervisor, own: ownAddresses }),
      moves: () => this.#care.moves.views(),
      ports: () => this.#links.serial?.view() ?? [],
      problems: () => this.#problems(),
    });
  }

  #problems(): ProblemView[] {
    return [
      ...problemsOf({ mqtt: this.#mqtt, store: this.#store, associationLog: this.#associationLog }),
      ...(this.#backup?.problems() ?? []),
      ...this.#homeAssistant.problems(),
      ...this.#deaf,
      ...refusedProblems(this.#links.refused(), this.#store.nodes.list()),
    ];
  }

  /** Address of the page. */
  get url(): string {
    return this.#page.url;
  }

  async start(): Promise<void> {
    const { log, clock } = this.#parts;
    this.#deaf = await startLinks(this.#links.all, log);
    this.#page.attach({
      snapshot: () => this.#model.snapshot(),
      command: (command, by) => this.#answer(command, by),
      blockEntities: () => blockEntities(this.#blockParts),
      entities: () => this.#homeAssistant.listEntities(),
      isAdministrator: (user) => this.#homeAssistant.isAdministrator(user),
    });
    this.#supervisor?.start();
    this.#mqtt?.start();
    this.#homeAssistant.start();
    this.#timers = [
      setInterval(() => {
        this.#store.flush();
        this.#associationLog?.flush();
      }, FLUSH_MS),
      setInterval(() => {
        this.#keeper.noteSeen();
        this.#store.prune(this.#now());
      }, PRUNE_MS),
      ...(clock === undefined ? [setInterval(() => this.tick(this.#now()), TICK_MS)] : []),
    ];
  }

  /** Moves the hub's time on; by hand where it is not the machine's clock. */
  tick(now: Micros): void {
    this.pipeline.tick(now);
    this.#care.tick();
    this.#settle();
    this.#keeper.note();
    this.#associationLog?.tick(now);
    this.#backup?.tick();
    this.#model.sample();
    this.#show();
  }

  /** Does what a person asked for; gives a sentence where it cannot be done. */
  perform(command: Action): string | undefined {
    const { pipeline } = this;
    const failure = act(command, {
      pipeline,
      now: this.#now,
      tellTest: (incident) => this.#raised(incident, "test"),
      restoreEntities: () => this.#homeAssistant.restoreEntities(),
      updateNode: (node) => this.#care.update(node),
      restartNode: (node) => this.#care.restart(node),
      hasEntity: (id) => this.#homeAssistant.hasEntity(id),
      entitiesChosen: () => this.#homeAssistant.houseChosen(),
    });
    this.#settle();
    this.#keeper.note();
    // What a person said is kept at once.
    this.#store.flush();
    this.#model.renew();
    this.#show();
    return failure;
  }

  /** Does what an automation asked for. */
  #order(command: TopicCommand): void {
    if (command.command === "block" || command.command === "unblock") {
      void blockByTopic(command, this.#blocking, this.#blockParts);
      return;
    }
    const failure = this.perform(command);
    if (failure !== undefined)
      this.#parts.log.warn(() => `${command.command} from Home Assistant: ${failure}`);
  }

  async #answer(command: PageCommand, by: string): Promise<CommandAnswer> {
    if (isBlocking(command)) return answerOf(await this.#blocking.perform(command, by));
    if (isForDesk(command)) {
      const answer = await this.#care.desk.answer(command);
      this.#model.renew();
      return answer;
    }
    if (command.command === "choose_port") return answerOf(await this.#choosePort(command));
    return answerOf(this.perform(command));
  }

  async #choosePort({
    port,
    use,
  }: Extract<PageCommand, { command: "choose_port" }>): Promise<string | undefined> {
    const { serial } = this.#links;
    const refusal =
      serial === undefined ? "this hub was told to leave serial ports alone" : await serial.choose(port, use);
    this.#model.renew();
    return refusal;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#links.all.map((link) => link.stop()));
    this.#settle();
    this.#keeper.note();
    this.#keeper.noteSeen();
    this.#supervisor?.close();
    this.#homeAssistant.close();
    await this.#mqtt?.close();
    await this.#page.close();
    this.#associationLog?.close(this.#now());
    this.#store.close();
  }

  #raised(incident: IncidentView, type?: string): void {
    const mac = parseMac(incident.subject.mac ?? "");
    const alert = { ...incident, canBlock: mac !== undefined && this.#blocking.canBlock(mac) };
    this.#mqtt?.alert(alert, type);
    this.#homeAssistant.raised(alert, type);
  }

  #show(): void {
    const snapshot = this.#model.snapshot();
    this.#mqtt?.show(snapshot, this.#homeAssistant.watched(snapshot));
    this.#homeAssistant.tellProblems(snapshot);
  }

  /** Tells what has changed, and sends what is to be sent. */
  #settle(): void {
    const changes = this.pipeline.takeIncidents();
    this.#keeper.take(changes);
    for (const { kind, incident, promoted } of changes) {
      if (kind !== "updated") this.#parts.log.info(() => `${kind}: ${incident.title}`);
      if (kind === "raised" || promoted === true) this.#raised(incidentView(incident, this.pipeline.names));
      if (kind === "resolved") this.#homeAssistant.resolved(incident.id);
    }
    this.#send();
  }

  #send(): void {
    for (const { node, message } of this.pipeline.takeCommands()) {
      this.#links.all.some((link) => link.send(node, message));
    }
  }
}

const answerOf = (error: string | undefined): CommandAnswer =>
  error === undefined ? { ok: true } : { ok: false, error };

function pipelineOf({ options, log, clock, protocol }: HubParts, store: Store): Pipeline {
  const demo = options.demo ? demoSettings(options.homes) : undefined;
  const pipeline = new Pipeline({
    homes: options.homes,
    everyNetworkIsHome: options.homes.length === 0 && options.captures.length > 0,
    vendorOf: loadVendors(),
    watchNodes: clock === undefined,
    ...(protocol === undefined ? {} : { protocol }),
    ...demo,
    known: { ...demo?.known, ...learnedBefore(store) },
  });
  pipeline.onLog = (node, level, text) => {
    const name = pipeline.nodes.get(node)?.name ?? "";
    log[level === "warning" ? "warn" : level](() => `node ${name}: ${text}`);
  };
  return pipeline;
}

/** The devices of the demo have names, but for those that a person has given other ones. */
function nameDemo({ known }: Pipeline, now: Micros): void {
  for (const { mac, name } of demoNames()) if (known.nameOf(mac) === undefined) known.name(mac, name, now);
}
