import type { TemplateResult } from "lit";
import type { CommandAnswer, PageCommand } from "../../../expose/snapshot/command.ts";
import type { Snapshot } from "../../../expose/snapshot.ts";

/** What every part of the settings is given. */
export interface SectionContext {
  readonly snapshot: Snapshot;
  readonly now: number;
  /** Sends a command; what could not be done is shown above the settings. */
  readonly send: (command: PageCommand) => Promise<CommandAnswer>;
}

/**
 * One part of the settings, under a heading of its own; one file each, in the order of `page.ts`. Undefined where there
 * is nothing to decide.
 */
export type Section = (context: SectionContext) => TemplateResult | undefined;
