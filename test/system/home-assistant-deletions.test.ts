import { deletions } from "../support/home-assistant/deletions.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";

deletions({ release: "current", ...realHomeAssistant(import.meta.filename) });
