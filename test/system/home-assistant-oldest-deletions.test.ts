import { deletions } from "../support/home-assistant/deletions.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";

deletions({ release: "oldest", ...realHomeAssistant(import.meta.filename, "oldest") });
