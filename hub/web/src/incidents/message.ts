/** An incident's message in the parts that a person looks for. */
export interface MessageParts {
  readonly happened: string;
  /** What was seen and what is usual, where the message says so. */
  readonly seen: string | undefined;
  readonly usual: string | undefined;
  readonly advice: string | undefined;
}

/** A sentence ends at a full stop, question or exclamation mark before a space, but not within “quoted” names. */
const SENTENCE = /(?:“[^”]*”|[^.!?“]|[.!?](?!\s|$)|“(?![^”]*”))+[.!?]*|[.!?]+/g;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Takes a message of the hub apart: what comes before “Observed:” and “Expected:” is what happened, what comes after
 * is what to do. A message without them is all that happened.
 */
export function partsOf(message: string): MessageParts {
  const sentences = (message.match(SENTENCE) ?? []).map((one) => one.trim()).filter((one) => one !== "");
  const marks = sentences.map((one) => /^(Observed|Expected):\s*/.exec(one));
  const first = marks.findIndex((mark) => mark !== null);
  if (first < 0) return { happened: message, seen: undefined, usual: undefined, advice: undefined };
  const last = marks.findLastIndex((mark) => mark !== null);
  const after = (word: string): string | undefined => {
    const at = marks.findIndex((mark) => mark?.[1] === word);
    return at < 0 ? undefined : capital((sentences[at] ?? "").slice(marks[at]?.[0].length ?? 0));
  };
  const joined = (some: readonly string[]): string | undefined =>
    some.length === 0 ? undefined : some.join(" ");
  const between = sentences.slice(first, last).filter((_, at) => marks[first + at] === null);
  return {
    happened: joined([...sentences.slice(0, first), ...between]) ?? "",
    seen: after("Observed"),
    usual: after("Expected"),
    advice: joined(sentences.slice(last + 1)),
  };
}
