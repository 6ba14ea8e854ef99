import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../harness/child-environment.ts';

const cli = fileURLToPath(new URL('../../../server/src/cli/plans.ts', import.meta.url));

/** `npm run plans -- …` on a database. */
export function plans(databaseUrl: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...childEnvironment(), DATABASE_URL: databaseUrl };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env, timeout: 120_000 }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });
}
