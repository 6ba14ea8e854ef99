import { spawn } from 'node:child_process';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFailure } from './embedded-error.ts';
import { makePrivateFolder } from './embedded-home.ts';
import type { EmbeddedHome } from './embedded-home.ts';

export const superuser = 'sightline';

/** Nothing of the caller's environment: PGDATA, PGPORT or a strange locale would change what PostgreSQL does. */
export const postgresEnv = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };

/** Makes an empty cluster whose one user is `superuser` with this password. Throws EmbeddedPostgresError. */
export async function createCluster(home: EmbeddedHome, password: string): Promise<void> {
  // Made beside and renamed: a first start that is interrupted here leaves nothing that looks like a cluster.
  const draft = `${home.clusterDir}.new`;
  const passwordDir = join(tmpdir(), `sightline-initdb-${process.pid}`);
  try {
    await makePrivateFolder(draft, home.identity);
    await makePrivateFolder(passwordDir, home.identity);
    const passwordFile = join(passwordDir, 'password');
    // Readable by the folder's owner, and nobody else can enter the folder.
    await writeFile(passwordFile, `${password}\n`, { mode: 0o644 });
    const { code, output } = await initdb(home, [
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
    ]);
    if (code !== 0) throw explainFailure('creating the database cluster', output);
    await rename(draft, home.clusterDir);
  } finally {
    await rm(passwordDir, { recursive: true, force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

function initdb(home: EmbeddedHome, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(home.binDir, 'initdb'), args, {
      ...home.identity,
      cwd: '/',
      env: postgresEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      timeout: 120_000,
    });
    let output = '';
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => reject(explainFailure('starting initdb', error.message, error)));
    child.once('close', (code) => resolve({ code, output }));
  });
}
