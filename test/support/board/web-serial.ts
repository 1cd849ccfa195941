import type { Page } from "playwright-core";
import type { Board } from "./board.ts";

/**
 * A script for a page: a Web Serial port (wicg.github.io/serial) whose other end are functions of the window. A board
 * that leaves the bus takes its port along and comes back as another one.
 */
const SCRIPT = `(() => {
  const lost = () => new DOMException("The device has been lost.", "NetworkError");
  class Port extends EventTarget {
    #open = false; #gone = false; #readable = null; #writable = null;
    getInfo() { return window.boardInfo; }
    async open({ baudRate }) {
      if (this.#open) throw new DOMException("The port is already open.", "InvalidStateError");
      if (this.#gone || !(await window.boardOpen(baudRate))) throw new DOMException("Failed to execute 'open' on 'SerialPort': Failed to open serial port.", "NetworkError");
      this.#open = true;
    }
    async close() {
      if (!this.#open) throw new DOMException("The port is already closed.", "InvalidStateError");
      if (this.#readable?.locked || this.#writable?.locked) throw new TypeError("Cannot cancel a locked stream");
      this.#open = false; this.#readable = null; this.#writable = null;
      if (!this.#gone) await window.boardClose();
    }
    async setSignals({ dataTerminalReady, requestToSend }) {
      if (!this.#open || this.#gone) throw lost();
      if (await window.boardSignals(dataTerminalReady ?? null, requestToSend ?? null)) this.#leave();
    }
    get readable() {
      if (!this.#open || this.#gone) return null;
      this.#readable ??= new ReadableStream({
        pull: async (controller) => {
          const bytes = await window.boardRead();
          if (this.#gone || bytes === null) controller.error(lost());
          else controller.enqueue(Uint8Array.from(bytes));
        },
        cancel: async () => { this.#readable = null; await window.boardFlush(); },
      }, { highWaterMark: 0 });
      return this.#readable;
    }
    get writable() {
      if (!this.#open || this.#gone) return null;
      this.#writable ??= new WritableStream({
        // As with a real port, what is written has not arrived yet when the stream takes more.
        write: (chunk) => { if (this.#gone) throw lost(); window.boardWrite([...chunk]); },
      });
      return this.#writable;
    }
    #leave() {
      this.#gone = true; this.#readable = null; this.#writable = null;
      window.boardFlush();
      port = new Port();
    }
  }
  let port = new Port();
  const serial = Object.assign(new EventTarget(), { requestPort: async () => port, getPorts: async () => [port] });
  Object.defineProperty(navigator, "serial", { value: serial });
})()`;

/** Plugs a board into the computer that shows this page; before the page is opened. */
export async function plugIntoPage(page: Page, board: Board): Promise<void> {
  await page.exposeFunction("boardOpen", (baud: number) => board.open(baud));
  await page.exposeFunction("boardClose", () => board.close());
  await page.exposeFunction("boardRead", () => board.read());
  await page.exposeFunction("boardFlush", () => board.flush());
  await page.exposeFunction("boardWrite", (octets: number[]) => board.write(octets));
  await page.exposeFunction("boardSignals", (dtr: boolean | null, rts: boolean | null) =>
    board.signals(dtr, rts),
  );
  await page.addInitScript(`window.boardInfo = ${JSON.stringify(board.usb)}`);
  await page.addInitScript(SCRIPT);
}
