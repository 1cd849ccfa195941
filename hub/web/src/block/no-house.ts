/** Why Airwarden cannot do what it does by way of Home Assistant (“blocks devices through”), and what to do. */
export const noHouse = (state: "connecting" | "refused" | "off", does = "blocks devices through"): string =>
  state === "off"
    ? `Airwarden ${does} Home Assistant, and does not know where that is. Install Airwarden as an app of Home Assistant, or give it the address and a token (AIRWARDEN_HA_URL, AIRWARDEN_HA_TOKEN).`
    : state === "refused"
      ? `Airwarden ${does} Home Assistant, which refuses its token. Make a new long-lived access token and give it to Airwarden.`
      : `Airwarden ${does} Home Assistant, which is not connected just now. Airwarden keeps trying; come back in a minute.`;
