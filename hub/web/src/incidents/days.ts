/** What happened on one day of the person's own time zone. */
export interface Day<T> {
  /** `Today`, `Yesterday`, or the date. */
  readonly title: string;
  readonly of: readonly T[];
}

const dayOf = (date: Date, back = 0): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate() - back).getTime();

/** Groups what is sorted by time, newest first, by the day; times are seconds since the epoch. */
export function byDay<T>(all: readonly T[], timeOf: (one: T) => number, now: number): Day<T>[] {
  const days = Map.groupBy(all, (one) => dayOf(new Date(timeOf(one) * 1000)));
  return [...days].map(([day, of]) => ({ title: titleOf(new Date(day), new Date(now * 1000)), of }));
}

function titleOf(day: Date, today: Date): string {
  if (day.getTime() === dayOf(today)) return "Today";
  if (day.getTime() === dayOf(today, 1)) return "Yesterday";
  const year = day.getFullYear() === today.getFullYear() ? {} : ({ year: "numeric" } as const);
  return day.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", ...year });
}
