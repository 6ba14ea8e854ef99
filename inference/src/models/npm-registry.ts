import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type NpmPackage = { name: string; version: string };

/** Pieces of a package's tarball, and how many bytes they will be if that is known. */
export type Download = { byteSize: number | null; pieces: AsyncIterable<Uint8Array> };

export type NpmRegistry = {
  /** Throws when the registry does not hand the package out. */
  download(wanted: NpmPackage, signal: AbortSignal): Promise<Download>;
};

type Deps = {
  /** Null asks npm which one it is set to. */
  registry: string | null;
  fetch: typeof globalThis.fetch;
  /** Runs npm and returns what it prints; null where npm must not be asked. */
  npm: ((args: string[]) => Promise<string>) | null;
};

const publicRegistry = 'https://registry.npmjs.org';
/** Between two pieces of a download. */
const silenceMsMax = 30_000;

/**
 * Reads packages from whatever registry npm is set to. Straight over HTTP first, as that can show progress; npm itself
 * is the way out where a registry wants credentials or a proxy that only npm knows.
 */
export function createNpmRegistry({ registry, fetch, npm }: Deps): NpmRegistry {
  async function base(): Promise<string> {
    const set = registry ?? (await npm?.(['config', 'get', 'registry']).catch(() => null))?.trim();
    return (set && URL.canParse(set) ? set : publicRegistry).replace(/\/+$/, '');
  }

  return {
    async download(wanted, signal) {
      const { name, version } = wanted;
      const url = `${await base()}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
      try {
        return await overHttp(url, signal);
      } catch (error) {
        if (!npm || signal.aborted) throw error;
        // The first reason is the one worth telling: npm's own is a screenful.
        return await overNpm(npm, wanted).catch(() => Promise.reject(error));
      }
    },
  };

  async function overHttp(url: string, signal: AbortSignal): Promise<Download> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new Error('the download stood still')), silenceMsMax);
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, silence.signal]) });
      if (!response.ok || !response.body) throw new Error(`${new URL(url).host} answered ${response.status}`);
      const length = Number(response.headers.get('content-length'));
      const { body } = response;
      async function* pieces() {
        try {
          for await (const piece of body) {
            timer.refresh();
            yield piece;
          }
        } finally {
          clearTimeout(timer);
        }
      }
      return { byteSize: length > 0 ? length : null, pieces: pieces() };
    } catch (error) {
      clearTimeout(timer);
      throw error;
    }
  }
}

async function overNpm(npm: NonNullable<Deps['npm']>, { name, version }: NpmPackage): Promise<Download> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-package-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await npm(['pack', `${name}@${version}`, '--pack-destination', folder, '--fetch-retries=0', '--silent']);
    const [file] = await readdir(folder);
    if (file === undefined) throw new Error('npm packed nothing');
    async function* pieces(path: string): AsyncGenerator<Uint8Array> {
      try {
        yield* createReadStream(path);
      } finally {
        await remove();
      }
    }
    return { byteSize: null, pieces: pieces(join(folder, file)) };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The npm on this machine. */
export async function runNpm(args: string[]): Promise<string> {
  const isWindows = process.platform === 'win32';
  const { stdout } = await promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', args, {
    timeout: 120_000,
    // npm is a script there, which only a shell can start; the arguments are all ours.
    shell: isWindows,
  });
  return stdout;
}
