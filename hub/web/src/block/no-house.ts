/** Why nothing can be blocked while Home Assistant is not connected, and what to do. */
export const noHouse = (state: "connecting" | "refused" | "off"): string =>
  state === "off"
    ? "Airwarden blocks devices through Home Assistant, and does not know where that is. Install Airwarden as an app of Home Assistant, or give it the address and a token (AIRWARDEN_HA_URL, AIRWARDEN_HA_TOKEN)."
    : state === "refused"
      ? "Airwarden blocks devices through Home Assistant, which refuses its token. Make a new long-lived access token and give it to Airwarden."
      : "Airwarden blocks devices through Home Assistant, which is not connected just now. Airwarden keeps trying; come back in a minute.";
