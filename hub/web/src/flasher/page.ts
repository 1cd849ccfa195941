import { NodeFlasher } from "./flasher.ts";

customElements.define("node-flasher", NodeFlasher);
