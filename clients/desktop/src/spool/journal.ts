import { open, readFile, truncate } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { InvalidRequestError } from '@sightline/core';
import { newDeferred } from '../deferred.ts';
import type { Deferred } from '../deferred.ts';
import { nullIfMissing } from '../secrets/secret-files.ts';
import { writeWhole } from '../secrets/write-whole.ts';

/** Length and checksum, each as an unsigned number of 32 bits. */
const prefixBytes = 8;
/** A longer one is refused: behind a length that nobody would write, nothing is read any more. */
const entryBytesMax = 1024 * 1024;

/** A file that entries are only ever added to. */
export type Journal = {
  /** With what is about to be written. */
  readonly bytes: number;
  /** Resolves once they are on the disk itself; entries of the same moment share the wait. Rejects with InvalidRequestError for one that cannot be written. */
  add(entries: readonly unknown[]): Promise<void>;
  /** Puts what `make` gives in the place of all that there is, whole or not at all. Nothing is added meanwhile. */
  replace(make: () => readonly unknown[]): Promise<void>;
  close(): Promise<void>;
};

/** Gives the entries that are there to `read`, in order, and later ones as soon as they are on the disk; what was being written when everything ended is cut off. */
export async function openJournal(path: string, read: (entry: unknown) => void): Promise<Journal> {
  // What is there and cannot be read is not taken for nothing: a second beginning would be written behind it.
  const kept = (await readFile(path).catch(nullIfMissing)) ?? Buffer.alloc(0);
  let bytes = 0;
  for (const { entry, end } of entriesOf(kept)) {
    read(entry);
    bytes = end;
  }
  if (bytes < kept.length) await truncate(path, bytes);
  let file = await open(path, 'a', 0o600);
  let waitingBytes = 0;
  let waiting: { entries: unknown[]; pieces: Buffer[]; done: Deferred<void> } | null = null;
  // One after the other: what is written first comes first.
  let last: Promise<unknown> = Promise.resolve();
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };

  async function flush(): Promise<void> {
    if (!waiting) return;
    const { entries, pieces, done } = waiting;
    waiting = null;
    const whole = Buffer.concat(pieces);
    try {
      await file.appendFile(whole);
      await file.datasync();
      bytes += whole.length;
      for (const entry of entries) read(entry);
      done.resolve();
    } catch (error) {
      // Half of it may be there: nothing may come after that.
      await file.truncate(bytes).catch(() => {});
      done.reject(error);
    } finally {
      waitingBytes -= whole.length;
    }
  }

  return {
    get bytes() {
      return bytes + waitingBytes;
    },
    async add(entries) {
      // Each for itself, before it shares anything with others.
      const pieces = entries.map(encode);
      waitingBytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
      if (!waiting) {
        waiting = { entries: [], pieces: [], done: newDeferred<void>() };
        waiting.done.promise.catch(() => {});
        void next(flush);
      }
      const { done } = waiting;
      for (const entry of entries) waiting.entries.push(entry);
      for (const piece of pieces) waiting.pieces.push(piece);
      await done.promise;
    },
    replace: (make) =>
      next(async () => {
        const whole = Buffer.concat(make().map(encode));
        await file.close();
        try {
          await writeWhole(path, whole);
          bytes = whole.length;
        } finally {
          file = await open(path, 'a', 0o600);
        }
      }),
    close: () => next(() => file.close()),
  };
}

function encode(entry: unknown): Buffer {
  const text = Buffer.from(textOf(entry));
  if (text.length > entryBytesMax)
    throw refusal(`One entry has at most ${entryBytesMax} bytes, and this one ${text.length}.`);
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(crc32(text), 4);
  return Buffer.concat([prefix, text]);
}

function textOf(entry: unknown): string {
  try {
    return JSON.stringify(entry);
  } catch (error) {
    throw refusal(`This cannot be written down: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const refusal = (message: string) =>
  new InvalidRequestError(message, { code: 'INPUT_INVALID', hint: 'Give plain values, as their types say.' });

function* entriesOf(kept: Buffer): Generator<{ entry: unknown; end: number }> {
  for (let at = 0; at + prefixBytes <= kept.length;) {
    const start = at + prefixBytes;
    const length = kept.readUInt32BE(at);
    const text = kept.subarray(start, start + length);
    // What a disk had room for and never got is zeros, whose checksum is right.
    if (length === 0 || length > entryBytesMax || text.length < length || crc32(text) !== kept.readUInt32BE(at + 4))
      return;
    at = start + length;
    yield { entry: JSON.parse(text.toString('utf8')), end: at };
  }
}
