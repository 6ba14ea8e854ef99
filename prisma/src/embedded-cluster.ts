import { spawn } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFailure } from './embedded-error.ts';
import { endGroup } from './end-group.ts';
import { giveTo, makePrivateFolder } from './embedded-home.ts';
import type { EmbeddedHome } from './embedded-home.ts';

export const superuser = 'sightline';

/** Nothing of the caller's environment: PGDATA, PGPORT or a strange locale would change what PostgreSQL does. */
export const postgresEnv = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };

/** Makes an empty cluster whose one user is `superuser` with this password. Throws EmbeddedPostgresError, or the signal's reason. */
export async function createCluster(home: EmbeddedHome, password: string, signal?: AbortSignal): Promise<void> {
  // Made beside and renamed: a first start that is interrupted here leaves nothing that looks like a cluster.
  const draft = `${home.clusterDir}.new`;
  const passwordDir = await mkdtemp(join(tmpdir(), 'sightline-initdb-'));
  try {
    await makePrivateFolder(draft, home.identity);
    await giveTo(passwordDir, home.identity);
    const passwordFile = join(passwordDir, 'password');
    // Readable by the folder's owner, and nobody else can enter the folder.
    await writeFile(passwordFile, `${password}\n`, { mode: 0o644 });
    const { code, output } = await initdb(
      home,
      [
        `--pgdata=${draft}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Sorts and upper-cases the same on every machine, whatever locales it has.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
      ],
      signal,
    );
    signal?.throwIfAborted();
    if (code !== 0) throw explainFailure('creating the database cluster', output);
    await rename(draft, home.clusterDir);
  } finally {
    await rm(passwordDir, { recursive: true, force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

type Outcome = { code: number | null; output: string };

function initdb(home: EmbeddedHome, args: string[], signal?: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(home.binDir, 'initdb'), args, {
      ...home.identity,
      cwd: '/',
      env: postgresEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, so that it can be ended together with the PostgreSQL it runs.
      detached: true,
      timeout: 120_000,
    });
    const end = () => endGroup(child);
    signal?.addEventListener('abort', end);
    let output = '';
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => reject(explainFailure('starting initdb', error.message, error)));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      resolve({ code, output });
    });
    if (signal?.aborted) end();
  });
}
