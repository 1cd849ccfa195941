/** The fields of an answer whose shape nobody has promised. */
export type Fields = Readonly<Record<string, unknown>>;

/** Empty where it has none. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** Empty where it is no list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A text field that reads as it should, undefined otherwise. */
export function textOf(fields: Fields, name: string, pattern: RegExp): string | undefined {
  const value = fields[name];
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}
