const REPLACEMENT = "\ufffd";
/** Marks allowed on one letter: enough for Vietnamese, Hebrew and Thai, too few to bury the lines around. */
const MARKS = 3;

/** U+2800 is the Braille pattern without dots: a letter by class, nothing to see. */
const BLANK = /^[\p{Zs}\u2800]$/u;
const MARK = /^\p{M}$/u;
/**
 * Control, format (bidi overrides, zero width), surrogate, private, unassigned; line and paragraph separators; what
 * Unicode says draws nothing (Hangul fillers), but for the two variation selectors of emoji.
 */
const UNFIT = /^[[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\ufe0e\ufe0f]]$/v;

/**
 * Octets that a stranger chose (SSID, host name, log line) as one line of text that is safe to show: UTF-8 where
 * valid, every invalid sequence and every character that draws nothing, breaks the line or reorders it as U+FFFD,
 * every blank as a plain space, at most `max` characters of which the last is then an ellipsis. Still not HTML or
 * markdown: whoever puts it there escapes it.
 */
export function printable(bytes: Uint8Array, max: number): string {
  // Four octets a character at most: no more is looked at, however long the input.
  const cut = bytes.subarray(0, Math.max(0, 4 * (max + 1)));
  return printableText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(cut), max);
}

/** `printable` for text that is already decoded. */
export function printableText(text: string, max: number): string {
  const shown: string[] = [];
  let marks = 0;
  for (const character of text) {
    marks = MARK.test(character) ? marks + 1 : 0;
    if (shown.length >= max) return shown.length === 0 ? "" : `${shown.slice(0, -1).join("")}…`;
    if (marks <= MARKS) shown.push(marks > 0 && shown.length === 0 ? REPLACEMENT : fit(character));
  }
  return shown.join("");
}

function fit(character: string): string {
  if (BLANK.test(character)) return " ";
  return UNFIT.test(character) ? REPLACEMENT : character;
}

/** A sentence from the parts of another: with a capital letter and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const ended = /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
