/*
 * Arrays as PostgreSQL itself keeps them, which `pg` passes on as they are. A thousand events as JSON take it as long to
 * read as to store; in this form they are copied.
 */

type Writer<Value> = {
  oid: number;
  byteLength(value: Value): number;
  write(into: Buffer, at: number, value: Value): void;
};

/** One dimension, counted from 1: how many there are, of which type, and each with its length; −1 says null. */
function arrayOf<Value>(
  { oid, byteLength, write }: Writer<Value>,
  values: readonly (Value | null | undefined)[],
): Buffer {
  const lengths = values.map((value) => (value === null || value === undefined ? -1 : byteLength(value)));
  let total = headBytes;
  for (const length of lengths) total += 4 + Math.max(0, length);
  // Zeros: should a writer ever write less than it said, nobody else's memory goes along.
  const buffer = Buffer.alloc(total);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(lengths.includes(-1) ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(values.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = headBytes;
  for (const [index, value] of values.entries()) {
    const length = lengths[index] as number;
    buffer.writeInt32BE(length, at);
    at += 4;
    if (value === null || value === undefined) continue;
    write(buffer, at, value);
    at += length;
  }
  return buffer;
}

const headBytes = 20;

/** PostgreSQL counts microseconds from the year 2000. */
const epochMs = Date.UTC(2000, 0, 1);

const uuid: Writer<string> = {
  oid: 2950,
  byteLength: () => 16,
  write(into, at, value) {
    if (into.write(value.replaceAll('-', ''), at, 16, 'hex') !== 16) throw new TypeError(`“${value}” is no UUID.`);
  },
};
const text: Writer<string> = {
  oid: 25,
  byteLength: (value) => Buffer.byteLength(value),
  write: (into, at, value) => void into.write(value, at),
};
const int: Writer<number> = {
  oid: 23,
  byteLength: () => 4,
  write: (into, at, value) => void into.writeInt32BE(value, at),
};
const float: Writer<number> = {
  oid: 701,
  byteLength: () => 8,
  write: (into, at, value) => void into.writeDoubleBE(value, at),
};
const time: Writer<Date> = {
  oid: 1184,
  byteLength: () => 8,
  write: (into, at, value) => void into.writeBigInt64BE(BigInt(value.getTime() - epochMs) * 1_000n, at),
};

type Values<Value> = readonly (Value | null | undefined)[];

/** `uuid[]`. Throws a TypeError for what is none. */
export const uuids = (values: Values<string>): Buffer => arrayOf(uuid, values);
/** `text[]` */
export const texts = (values: Values<string>): Buffer => arrayOf(text, values);
/** `int[]`. Throws a RangeError for what is none. */
export const ints = (values: Values<number>): Buffer => arrayOf(int, values);
/** `float8[]` */
export const floats = (values: Values<number>): Buffer => arrayOf(float, values);
/** `timestamptz[]`, in whole milliseconds. Throws a RangeError for an invalid date. */
export const times = (values: Values<Date>): Buffer => arrayOf(time, values);
