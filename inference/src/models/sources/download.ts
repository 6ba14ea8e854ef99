import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../logger.ts';
import type { NpmRegistry } from '../npm-registry.ts';
import type { ShowProgress } from '../progress.ts';
import { HttpError, downloadOverHttp } from './http-download.ts';
import type { Download } from './http-download.ts';
import { openPart, partKeyOf } from './part-file.ts';
import type { PartFile } from './part-file.ts';
import type { NpmSource, UrlSource } from './source.ts';

export type DownloadDeps = {
  modelsDirectory: string;
  registry: NpmRegistry;
  fetch: typeof globalThis.fetch;
  showProgress: ShowProgress;
  signal: AbortSignal;
  now: () => number;
  log: Logger;
};

/** What is downloaded; of an address that somebody gave us the size is not known beforehand. */
export type Downloadable = NpmSource | (Omit<UrlSource, 'byteSize'> & { byteSize: number | null });

/** A file of a format that ends at 2 GiB. */
const byteSizeMax = 2 ** 31 - 1;
/** Attempts that bring nothing new. Damaged twice is no accident. */
const stuckMax = 2;
const attemptsMax = 20;
const pauseMs = 250;

/**
 * Downloads into a part file in the models directory, going on where an earlier attempt or process stopped. What it
 * resolves with is whole and checked; the caller empties it when done, otherwise it stays for the next one.
 */
export async function download(deps: DownloadDeps, name: string, source: Downloadable): Promise<PartFile> {
  const { modelsDirectory, signal, log, now } = deps;
  await mkdir(modelsDirectory, { recursive: true });
  const wanted = source.kind === 'npm' ? source.integrity : source.digest;
  const key = partKeyOf(name, wanted);
  await using opened = new AsyncDisposableStack();
  const part = opened.use(await openPart({ directory: modelsDirectory, key, now }));
  for (let stuck = 0, attempts = 1; ; attempts += 1) {
    const before = part.byteSize;
    try {
      await attempt(deps, name, source, part);
      opened.move();
      return part;
    } catch (error) {
      signal.throwIfAborted();
      stuck = part.byteSize > before ? 0 : stuck + 1;
      if (stuck >= stuckMax || attempts >= attemptsMax || isFinal(error)) throw error;
      log.warn({ model: name, err: error, doneBytes: part.byteSize }, 'model download failed, trying again');
      await delay(pauseMs * (stuck + 1), undefined, { signal });
    }
  }
}

async function attempt(deps: DownloadDeps, name: string, source: Downloadable, part: PartFile): Promise<void> {
  const { showProgress, signal } = deps;
  signal.throwIfAborted();
  const isWhole = part.byteSize > 0 && part.byteSize === source.byteSize;
  if (!isWhole) {
    const { from, byteSize, pieces } = await start(deps, source, part);
    const total = source.byteSize ?? byteSize;
    if (from !== part.byteSize) await part.truncate(from > part.byteSize ? 0 : from);
    for await (const piece of pieces) {
      signal.throwIfAborted();
      await part.append(piece);
      showProgress(name, part.byteSize, total);
      if (part.byteSize > (source.byteSize ?? byteSizeMax)) break;
    }
    // Only now is it known how long it was.
    if (total === null) showProgress(name, part.byteSize, part.byteSize);
    else if (part.byteSize < total) {
      throw new Error(`the connection was cut after ${part.byteSize} of ${total} bytes`);
    }
  }
  try {
    await requireIntact(part.path, source);
  } catch (error) {
    await part.truncate(0);
    throw error;
  }
}

async function start(deps: DownloadDeps, source: Downloadable, part: PartFile): Promise<Download> {
  const { registry, fetch, signal } = deps;
  const options = { from: part.byteSize, signal };
  try {
    if (source.kind === 'npm') return await registry.download(source, options);
    return await downloadOverHttp(fetch, source.url, options);
  } catch (error) {
    // Nothing comes after what we have: it is more than the file, or all of it.
    if (!(error instanceof HttpError) || error.status !== 416 || part.byteSize === 0) throw error;
    return { from: part.byteSize, byteSize: null, pieces: nothing() };
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Throws unless the file is, as a whole, what the source says. */
async function requireIntact(path: string, source: Downloadable): Promise<void> {
  const isNpm = source.kind === 'npm';
  const hash = createHash(isNpm ? 'sha512' : 'sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  const expected = isNpm ? source.integrity : source.digest;
  const actual = isNpm ? `sha512-${hash.digest('base64')}` : `sha256:${hash.digest('hex')}`;
  if (actual !== expected) throw new Error(`the download is damaged: ${actual} is not ${expected}`);
}

/** Asking again at once would not change it. */
function isFinal(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOSPC' || (error instanceof HttpError && error.status === 404);
}
