import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A download in the making. It is ours alone until it is disposed of, then whoever comes next goes on with it. */
export type PartFile = AsyncDisposable & {
  readonly path: string;
  readonly byteSize: number;
  append(piece: Uint8Array): Promise<void>;
  /** Cuts it off at `byteSize`. */
  truncate(byteSize: number): Promise<void>;
};

type Options = {
  directory: string;
  /** Says what is downloaded: the same key, the same bytes. Fit for a file name. */
  key: string;
  now: () => number;
};

/** A download writes at least this often; a part that is older has nobody any more. */
const abandonedMs = 60_000;

const suffix = '.part';

/** The key of a model's download; `wanted` says which bytes, such as a digest. */
export const partKeyOf = (model: string, wanted: string): string =>
  `${model}-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;

/** Whether a file is of a download of just this model: `yolox-nano` begins as `yolox` does. */
export function isPartOf(file: string, model: string): boolean {
  const start = `.${model}-`;
  return file.startsWith(start) && /^[0-9a-f]{12}(\..+-\d+\.[0-9a-f]{8})?\.part$/.test(file.slice(start.length));
}

/**
 * Opens what is there of a download, or an empty file. Several processes may download the same thing at once: each owns
 * a file of its own name, and taking over an abandoned one is a rename, which only one of them wins.
 */
export async function openPart({ directory, key, now }: Options): Promise<PartFile> {
  const prefix = `.${key}`;
  const free = join(directory, `${prefix}${suffix}`);
  const owner = `${hostname()}-${process.pid}`;
  const path = join(directory, `${prefix}.${owner}.${randomUUID().slice(0, 8)}${suffix}`);
  await claim();
  const file = await open(path, 'a');
  let byteSize = (await file.stat()).size;

  async function claim(): Promise<void> {
    const names = (await readdir(directory)).filter((name) => name.startsWith(prefix) && name.endsWith(suffix));
    for (const name of names) {
      const candidate = join(directory, name);
      if (candidate !== free && !(await isAbandoned(candidate, name))) continue;
      if (await rename(candidate, path).then(() => true, ignoreMissing)) return;
    }
  }

  async function isAbandoned(candidate: string, name: string): Promise<boolean> {
    const [, host, pid] = /^\.(.+)-(\d+)\.[0-9a-f]+\.part$/.exec(`.${name.slice(prefix.length + 1)}`) ?? [];
    if (host === hostname() && pid !== undefined && !isAlive(Number(pid))) return true;
    const { mtimeMs } = await stat(candidate).catch(() => ({ mtimeMs: Infinity }));
    return now() - mtimeMs > abandonedMs;
  }

  return {
    path,
    get byteSize() {
      return byteSize;
    },
    async append(piece) {
      await file.appendFile(piece);
      byteSize += piece.byteLength;
    },
    async truncate(size) {
      await file.truncate(size);
      byteSize = size;
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      const { size: other } = await stat(free).catch(() => ({ size: 0 }));
      if (byteSize > other) await rename(path, free).catch(ignoreMissing);
      else await rm(path, { force: true });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): false {
  if (error.code === 'ENOENT') return false;
  throw error;
}
