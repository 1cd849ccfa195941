/** The fields of an answer whose shape nobody has promised. */
export type Fields = Readonly<Record<string, unknown>>;

/** Empty where it has none. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** Empty where it is no list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The fields of each row of a list. */
export const rowsOf = (value: unknown): readonly Fields[] => listOf(value).map(fieldsOf);

/** A text that reads as it should, undefined for anything else. */
export const textOf = (value: unknown, pattern?: RegExp): string | undefined =>
  typeof value === "string" && pattern?.test(value) !== false ? value : undefined;

/** What was written as JSON; undefined where there is no text, or it is none. */
export function jsonOf(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
