/** Small sentences and figures as people read them. */

export function ago(now: number, then: number | null): string {
  if (then === null) return "never";
  const seconds = Math.max(0, now - then);
  if (seconds < 10) return "just now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

export const clock = (time: number): string =>
  new Date(time * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" });

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
