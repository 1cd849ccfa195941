/** Small sentences and figures as people read them. */

export function ago(now: number, then: number | null): string {
  if (then === null) return "never";
  const seconds = Math.max(0, now - then);
  return seconds < 10 ? "just now" : `${span(seconds)} ago`;
}

/** `40 seconds`, `3 minutes`, `2 hours`, `4 days`; `seconds` are counted, what is shorter is said as it is. */
export function span(seconds: number): string {
  if (seconds > 0 && seconds < 1) return "less than a second";
  if (seconds < 90) return plural(Math.round(seconds), "second", "seconds");
  if (seconds < 5400) return plural(Math.round(seconds / 60), "minute", "minutes");
  if (seconds < 172_800) return plural(Math.round(seconds / 3600), "hour", "hours");
  return plural(Math.round(seconds / 86_400), "day", "days");
}

export const clock = (time: number): string =>
  new Date(time * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });

export const timeOfDay = (time: number): string =>
  new Date(time * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function octets(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled >= 100 || unit === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${units[unit]}`;
}

/** A share of 0-1 in percent; an em dash where it is not known, because what was not heard is not zero. */
export function share(value: number | null): string {
  if (value === null) return "—";
  const percent = value * 100;
  if (percent === 0) return "0 %";
  return percent < 0.1 ? "< 0.1 %" : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

export const count = (value: number): string => value.toLocaleString();

export const plural = (value: number, one: string, many: string): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** How well a node hears it. Above −60 dBm every rate works, below −80 dBm frames get lost. */
export function signalWord(rssi: number): string {
  if (rssi >= -60) return "strong";
  if (rssi >= -72) return "good";
  return rssi >= -80 ? "weak" : "very weak";
}

/** A sentence from the parts of another: with a capital letter and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const ended = /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
