import process from "node:process";
import { run } from "./main.ts";

/** `npm start`: the demo home, unless a capture is to be played or help is asked for. */
const words = process.argv.slice(2);
const given = words.some((word) => /^(--capture|--demo|--help|-h)(=|$)/.test(word));
await run(["serve", ...(given ? [] : ["--demo"]), ...words]);
