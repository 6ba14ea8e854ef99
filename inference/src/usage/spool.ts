import { randomUUIDv7 } from 'node:crypto';
import { closeSync, fdatasync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openSpoolFolder, segmentSuffix, segmentsIn } from './spool-folder.ts';

export type Spool = ReturnType<typeof openSpool>;

type Deps = { directory: string; bytesMax: number; segmentBytesMax: number };
type Segment = { name: string; handle: number; bytes: number; isSynced: boolean; syncing: Promise<void> };

const toDisk = promisify(fdatasync);

/**
 * Records on disk, in segments: one is appended to, the others wait to be sent. Appending is a write into the system's
 * page cache, on this thread: some microseconds, and it outlives the process. `sync` makes it outlive the machine, too.
 */
export function openSpool({ directory, bytesMax, segmentBytesMax }: Deps) {
  const folder = openSpoolFolder(directory);
  folder.adopt();
  const sizes = new Map<string, number>();
  /** Handed over before they were on the disk itself. Most are sent and gone before anybody asks for that. */
  const unsynced = new Map<string, Segment>();
  /** Being written to the disk for the last time, and then closed. */
  const retiring = new Set<Promise<void>>();
  let active: Segment | null = null;
  let heldBytes = 0;
  survey();

  /** Takes up the segments that it does not know yet. */
  function survey(): void {
    for (const name of segmentsIn(folder.path)) {
      if (name === active?.name || sizes.has(name)) continue;
      const { size } = statSync(join(folder.path, name));
      sizes.set(name, size);
      heldBytes += size;
    }
  }

  function open(): Segment {
    const name = randomUUIDv7() + segmentSuffix;
    const handle = openSync(join(folder.path, name), 'a');
    return { name, handle, bytes: 0, isSynced: true, syncing: Promise.resolve() };
  }

  function seal(): void {
    if (!active) return;
    sizes.set(active.name, active.bytes);
    unsynced.set(active.name, active);
    active = null;
  }

  /** Writes it to the disk for the last time. */
  function retire({ name, handle, isSynced, syncing }: Segment): void {
    unsynced.delete(name);
    const retired: Promise<void> = syncing
      .then(() => (isSynced ? undefined : toDisk(handle)))
      .finally(() => {
        closeSync(handle);
        retiring.delete(retired);
      });
    retired.catch(() => undefined);
    retiring.add(retired);
  }

  function drop(name: string): void {
    heldBytes -= sizes.get(name) ?? 0;
    sizes.delete(name);
  }

  return {
    get heldBytes() {
      return heldBytes;
    },
    /** Whether anything waits to be sent. */
    get isEmpty() {
      return !active && sizes.size === 0;
    },
    get isFull() {
      return heldBytes >= bytesMax;
    },
    /** Throws when the disk does not take it; nothing of it is kept then, as far as the disk lets us. */
    append(text: string): void {
      const segment = (active ??= open());
      const bytes = Buffer.from(text);
      try {
        const written = writeSync(segment.handle, bytes);
        if (written < bytes.byteLength) throw new Error('The disk is full.');
      } catch (error) {
        // What is torn must not be the beginning of what comes next.
        try {
          ftruncateSync(segment.handle, segment.bytes);
        } finally {
          seal();
        }
        throw error;
      }
      segment.bytes += bytes.byteLength;
      segment.isSynced = false;
      heldBytes += bytes.byteLength;
      if (segment.bytes >= segmentBytesMax) seal();
    },
    /** Waits until everything that was appended is on the disk itself. Throws when the disk fails. */
    async sync(): Promise<void> {
      if (active && !active.isSynced) {
        active.isSynced = true;
        active.syncing = toDisk(active.handle);
      }
      for (const segment of unsynced.values()) retire(segment);
      await Promise.all([...retiring, active?.syncing]);
    },
    /** Ends the segment that is appended to, so that it can be sent. */
    seal,
    /** What can be sent, oldest first. */
    sealed: (): string[] => [...sizes.keys()],
    read: (name: string): Promise<string> => readFile(join(folder.path, name), 'utf8'),
    async remove(name: string): Promise<void> {
      await unlink(join(folder.path, name));
      drop(name);
      const segment = unsynced.get(name);
      unsynced.delete(name);
      await segment?.syncing.catch(() => undefined);
      if (segment) closeSync(segment.handle);
    },
    /** Keeps what of a segment is not to be sent again, on the disk itself. Gives where it is; once more is the same. */
    async setAside(name: string, text: string): Promise<string> {
      const path = join(folder.path, `${name}.refused`);
      await writeFile(path, text, { flush: true });
      return path;
    },
    /** Takes over what sidecars left that are gone. */
    adopt(): void {
      folder.adopt();
      survey();
    },
    async [Symbol.asyncDispose]() {
      seal();
      for (const segment of unsynced.values()) retire(segment);
      await Promise.allSettled(retiring);
      folder[Symbol.dispose]();
    },
  };
}
