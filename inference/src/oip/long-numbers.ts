const [quote, backslash, comma, open, minus, point] = [...'"\\,[-.'].map((each) => each.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const [zero, nine] = [0x30, 0x39];
/** The fewest digits of a number that JSON rounds, and the most of a 64-bit one. */
const digits = { min: 16, max: 20 };

/** After U+0000, which no text of a tensor may hold; see `texts.ts`. */
const marked = /^\0-?\d{16,20}$/;
/** A caller's own text that would be taken for a number. JSON has one way to write U+0000. */
const forged = /"\\u0000-?\d{16}/;
export const holdsForgedNumber = (json: string): boolean => forged.test(json);

const [opening, closing] = [Buffer.from('"\\u0000'), Buffer.from('"')];

/**
 * The same JSON with the long whole numbers among the elements of its lists as marked texts, all digits kept; null where
 * there are none. One walk over the bytes: a reviver would be called for every value of the document.
 */
export function markLongNumbers(json: Uint8Array): Buffer | null {
  const spans = findLongNumbers(json);
  if (spans.length === 0) return null;
  const written = Buffer.allocUnsafe(json.byteLength + (spans.length / 2) * (opening.length + closing.length));
  let from = 0;
  let at = 0;
  const copy = (bytes: Uint8Array, start: number, end: number) => {
    written.set(bytes.subarray(start, end), at);
    at += end - start;
  };
  for (let index = 0; index < spans.length; index += 2) {
    const [start, end] = [spans[index] as number, spans[index + 1] as number];
    copy(json, from, start);
    copy(opening, 0, opening.length);
    copy(json, start, end);
    copy(closing, 0, closing.length);
    from = end;
  }
  copy(json, from, json.byteLength);
  return written;
}

/** The number behind a mark; null for everything else. */
export const longNumberOf = (value: unknown): bigint | null =>
  typeof value === 'string' && marked.test(value) ? BigInt(value.slice(1)) : null;

/** Where they start and end, in turn. */
function findLongNumbers(json: Uint8Array): number[] {
  const spans: number[] = [];
  const end = json.byteLength;
  /** The last byte that was neither a space nor of a number. */
  let before = 0;
  for (let at = 0; at < end;) {
    const byte = json[at] as number;
    if (byte === quote) {
      for (at++; at < end && json[at] !== quote; at++) if (json[at] === backslash) at++;
      at++;
      before = quote;
    } else if (byte === minus || isDigit(byte)) {
      const start = at;
      const first = byte === minus ? at + 1 : at;
      for (at = first; isDigit(json[at]);) at++;
      const count = at - first;
      // Of an object's members a number is never the first thing after a comma.
      const isElement = before === comma || before === open;
      if (isElement && count >= digits.min && count <= digits.max && json[first] !== zero && isWhole(json[at])) {
        spans.push(start, at);
      }
      before = byte;
    } else {
      if (byte > 0x20) before = byte;
      at++;
    }
  }
  return spans;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine;
/** Neither a fraction nor an exponent follows. */
const isWhole = (next: number | undefined): boolean => next !== point && next !== 0x65 && next !== 0x45;
