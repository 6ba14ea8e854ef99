import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NotFoundError, RequestRefusedError } from '../errors/request-errors.ts';
import type { Clock, ObjectStorage, SignedRequest, StorageLinks, StoredFile } from '../ports.ts';
import { readLink, signLink } from './signed-link.ts';
import { isStorageKey, requireFolder, requireStorageKey } from './storage-key.ts';
import { systemClock } from './system-clock.ts';

type Options = {
  /** Where the files live; made when it is missing. */
  directory: string;
  /** At least 32 characters. Links signed with another key are refused. */
  signingKey: string;
  /** Where callers reach this server, without a slash at the end. Asked for each link. */
  publicUrl: () => string;
  clock?: Clock;
};

/** Temporary files older than this belong to a process that died. */
const abandonedMs = 24 * 3_600_000;

/** Files in a folder of this machine: the embedded default. */
export function createDiskStorage(options: Options): ObjectStorage & { readonly links: StorageLinks } {
  const { directory, signingKey, publicUrl, clock = systemClock } = options;
  const temporary = join(directory, '.tmp');
  const pathOf = (key: string) => join(directory, requireStorageKey(key));
  let prepared: Promise<void> | undefined;

  function ready(): Promise<void> {
    prepared ??= prepare().catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return prepared;
  }

  async function prepare(): Promise<void> {
    await mkdir(temporary, { recursive: true });
    for (const name of await readdir(temporary)) {
      const path = join(temporary, name);
      const found = await stat(path).catch(() => null);
      if (found && found.mtimeMs < clock.now().getTime() - abandonedMs) await rm(path, { force: true });
    }
  }

  /** All of the bytes under `key`, or no change: written aside, flushed, then renamed. */
  async function write(key: string, bytes: Readable | AsyncIterable<Uint8Array>): Promise<void> {
    const path = pathOf(key);
    await ready();
    const aside = join(temporary, randomUUID());
    // Made before anything can fail: a file that is still being opened could appear after it was removed.
    const file = await open(aside, 'wx');
    try {
      await pipeline(bytes, file.createWriteStream({ flush: true }));
      await mkdir(dirname(path), { recursive: true });
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  return {
    put: (key, bytes) => write(key, Readable.from([bytes])),

    async size(key) {
      const found = await stat(pathOf(key)).catch(nullIfMissing);
      return found?.size ?? null;
    },

    async read(key) {
      const file = await open(pathOf(key)).catch(nullIfMissing);
      if (!file) throw new NotFoundError('File', key);
      return file.createReadStream();
    },

    async delete(key) {
      await rm(pathOf(key), { force: true });
    },

    async list(folder, { after = '', most }) {
      const files: StoredFile[] = [];
      for await (const key of keysUnder(directory, requireFolder(folder), after)) {
        const found = await stat(pathOf(key)).catch(nullIfMissing);
        if (found) files.push({ key, storedAt: found.mtime });
        if (files.length === most) break;
      }
      return files;
    },

    async sign(request) {
      return `${publicUrl()}/files/${requireStorageKey(request.key)}?${signLink(request, signingKey)}`;
    },

    async check() {
      await ready();
      await access(directory, constants.R_OK | constants.W_OK);
    },

    links: {
      verify({ method, key, query }) {
        const request = isStorageKey(key) ? readLink(key, query, signingKey) : null;
        if (request?.method !== method) throw new RequestRefusedError('LINK_INVALID', 'This link is not valid.');
        if (request.expiresAt <= clock.now()) throw new RequestRefusedError('LINK_INVALID', 'This link has expired.');
        return request;
      },
      receive: (request, body) => write(request.key, exactly(request, body)),
    },
  };
}

/** Names under a folder that are keys, sorted as a whole; folders that end before `after` are not opened. */
async function* keysUnder(directory: string, folder: string, after: string): AsyncGenerator<string> {
  const entries = await readdir(join(directory, folder), { withFileTypes: true }).catch(nullIfMissing);
  const names = (entries ?? []).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted();
  for (const name of names) {
    const key = folder + name;
    if (!isStorageKey(key.replace(/\/$/, ''))) continue;
    if (!key.endsWith('/')) {
      if (key > after) yield key;
    } else if (key > after || after.startsWith(key)) yield* keysUnder(directory, key, after);
  }
}

async function* exactly({ byteSize }: SignedRequest, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > byteSize)
      throw new RequestRefusedError('BODY_TOO_LARGE', `More than the announced ${byteSize} bytes.`);
    yield chunk;
  }
  if (received === byteSize) return;
  throw new RequestRefusedError('UPLOAD_MISMATCH', `${received} bytes arrived, ${byteSize} were announced.`);
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
  throw error;
}
