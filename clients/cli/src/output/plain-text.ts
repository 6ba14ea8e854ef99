// Control characters could move the cursor, rename the window or hide what was there; directions of writing could turn a line around.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

/** Text of somebody else as it may stand in a line on a terminal: what would steer it is shown as a code. */
export function plainText(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** One JSON value in one line, which a terminal can show as it is. */
export function jsonLine(value: unknown): string {
  return plainText(JSON.stringify(value) ?? 'null');
}
