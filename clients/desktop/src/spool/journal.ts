import { open, readFile, truncate } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { newDeferred } from '../deferred.ts';
import type { Deferred } from '../deferred.ts';
import { writeWhole } from '../secrets/write-whole.ts';

/** Length and checksum, each as an unsigned number of 32 bits. */
const prefixBytes = 8;
/** No entry of ours is as long. */
const entryBytesMax = 1024 * 1024;

/** A file that entries are only ever added to. */
export type Journal = {
  readonly bytes: number;
  /** Resolves once they are on the disk itself; entries of the same moment share the wait. */
  add(entries: readonly unknown[]): Promise<void>;
  /** Puts what `make` gives in the place of all that there is, whole or not at all. Nothing is added meanwhile. */
  replace(make: () => readonly unknown[]): Promise<void>;
  close(): Promise<void>;
};

/** Gives the entries that are there to `read`, in order, and later ones as soon as they are on the disk; what was being written when everything ended is cut off. */
export async function openJournal(path: string, read: (entry: unknown) => void): Promise<Journal> {
  const kept = await readFile(path).catch(() => Buffer.alloc(0));
  let bytes = 0;
  for (const { entry, end } of entriesOf(kept)) {
    read(entry);
    bytes = end;
  }
  if (bytes < kept.length) await truncate(path, bytes);
  let file = await open(path, 'a', 0o600);
  let waiting: { entries: unknown[]; done: Deferred<void> } | null = null;
  // One after the other: what is written first comes first.
  let last: Promise<unknown> = Promise.resolve();
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };

  async function flush(): Promise<void> {
    if (!waiting) return;
    const { entries, done } = waiting;
    waiting = null;
    const whole = Buffer.concat(entries.map(encode));
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
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    add(entries) {
      if (!waiting) {
        waiting = { entries: [], done: newDeferred<void>() };
        waiting.done.promise.catch(() => {});
        void next(flush);
      }
      waiting.entries.push(...entries);
      return waiting.done.promise;
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
  const text = Buffer.from(JSON.stringify(entry));
  const prefix = Buffer.allocUnsafe(prefixBytes);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(crc32(text), 4);
  return Buffer.concat([prefix, text]);
}

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
