import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadOverHttp } from './sources/http-download.ts';
import type { Download } from './sources/http-download.ts';

export type NpmPackage = { package: string; version: string };

export type NpmRegistry = {
  /** The packed package from byte `from` on. Throws when the registry does not hand it out. */
  download(wanted: NpmPackage, options: { from: number; signal: AbortSignal }): Promise<Download>;
};

type Deps = {
  /** Null asks npm which one it is set to. */
  registry: string | null;
  fetch: typeof globalThis.fetch;
  /** Runs npm and returns what it prints; null where npm must not be asked. */
  npm: ((args: string[]) => Promise<string>) | null;
};

const publicRegistry = 'https://registry.npmjs.org';

/**
 * Reads packages from whatever registry npm is set to. Straight over HTTP first, as that can show progress and go on
 * where it stopped; npm itself is the way out where a registry wants credentials or a proxy that only npm knows.
 */
export function createNpmRegistry({ registry, fetch, npm }: Deps): NpmRegistry {
  async function base(): Promise<string> {
    const set = registry ?? (await npm?.(['config', 'get', 'registry']).catch(() => null))?.trim();
    return (set && URL.canParse(set) ? set : publicRegistry).replace(/\/+$/, '');
  }

  return {
    async download(wanted, options) {
      const { package: name, version } = wanted;
      const url = `${await base()}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
      try {
        return await downloadOverHttp(fetch, url, options);
      } catch (error) {
        if (!npm || options.signal.aborted) throw error;
        // The first reason is the one worth telling: npm's own is a screenful.
        return await overNpm(npm, wanted).catch(() => Promise.reject(error));
      }
    },
  };
}

async function overNpm(npm: NonNullable<Deps['npm']>, { package: name, version }: NpmPackage): Promise<Download> {
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
    return { from: 0, byteSize: null, pieces: pieces(join(folder, file)) };
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
