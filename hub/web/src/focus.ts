import type { LitElement } from "lit";

/** Where a button gives way to what it opened, the keyboard goes on there instead of at the top of the page. */
export async function focusOn(host: LitElement, selector: string): Promise<void> {
  await host.updateComplete;
  host.renderRoot.querySelector<HTMLElement>(selector)?.focus();
}
