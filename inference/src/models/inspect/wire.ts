import { SidecarError } from '../../errors.ts';

/** A field of a protobuf message as it lies in the file; `raw` is all of it, with its tag, to be copied unchanged. */
export type Field = {
  number: number;
  /** Value of a varint; 0 for other kinds. Numbers beyond 2⁵³ are not exact. */
  value: number;
  /** Content of a text, bytes or nested message; empty for other kinds. A view, no copy. */
  bytes: Uint8Array;
  raw: Uint8Array;
};

/**
 * Walks the fields of a message. What it reads comes from strangers: every length is held against what is there, so it
 * ends after at most as many steps as there are bytes. Throws MODEL_INVALID for what is no protobuf.
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;

  function varint(): number {
    let value = 0;
    for (let factor = 1, count = 0; count < 10; count += 1, factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw damaged('it ends in the middle of a number');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw damaged('a number in it has no end');
  }

  function skip(byteCount: number): void {
    if (byteCount > message.byteLength - at) throw damaged('it ends in the middle of a field');
    at += byteCount;
  }

  while (at < message.byteLength) {
    const startedAt = at;
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (number === 0 || number > 536_870_911) throw damaged('a field in it has no valid number');
    let value = 0;
    let bytes = message.subarray(at, at);
    if (tag % 8 === 0) value = varint();
    else if (tag % 8 === 1) skip(8);
    else if (tag % 8 === 5) skip(4);
    else if (tag % 8 === 2) {
      const byteCount = varint();
      const from = at;
      skip(byteCount);
      bytes = message.subarray(from, at);
    } else throw damaged('a field in it is of no known kind');
    yield { number, value, bytes, raw: message.subarray(startedAt, at) };
  }
}

export const damaged = (problem: string) =>
  new SidecarError('MODEL_INVALID', `This is not an ONNX file, or it is damaged: ${problem}.`);

/** Names longer than this are not names. */
const textBytesMax = 4_096;

export function textOf(bytes: Uint8Array): string {
  if (bytes.byteLength > textBytesMax) throw damaged('a name in it is too long');
  return new TextDecoder().decode(bytes);
}
