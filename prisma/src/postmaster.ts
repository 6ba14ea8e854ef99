import { execFile } from 'node:child_process';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EmbeddedHome } from './embedded-home.ts';

const run = promisify(execFile);

export type PostmasterFile = { pid: number; port: number; ready: boolean };

/** What PostgreSQL says about itself in `postmaster.pid`; null when there is no such file, or only the start of one. */
export async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 ? { pid, port, ready: lines[7] === 'ready' } : null;
}

/** The postmaster of this cluster if it lives, whoever started it. Removes what a killed one left behind. */
export async function findPostmaster(clusterDir: string): Promise<PostmasterFile | null> {
  const file = await readPostmasterFile(clusterDir);
  if (!file) return null;
  if (await isPostmaster(file.pid)) return file;
  // The number may belong to another program by now, or to a corpse; PostgreSQL would refuse to start because of it.
  const stale = (await readdir(clusterDir)).filter((name) => name === 'postmaster.pid' || name.startsWith('.s.PGSQL.'));
  await Promise.all(stale.map((name) => rm(join(clusterDir, name), { force: true })));
  return null;
}

async function isPostmaster(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // There is no cheap way to ask on Windows; PostgreSQL itself then decides.
  if (process.platform === 'win32') return true;
  const command =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await run('ps', ['-p', String(pid), '-o', 'command=']).then(
          ({ stdout }) => stdout,
          () => '',
        );
  // A zombie has an empty command line: it is dead, its parent has just not looked.
  return command.includes('postgres');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Waits until the process is gone. False when it is still there after `timeoutMs`. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (await isPostmaster(pid)) {
    if (performance.now() > deadline) return false;
    await delay(15);
  }
  return true;
}

/** Settles when the process is gone. Does not keep this process alive. */
export async function untilGone(pid: number): Promise<void> {
  while (await isPostmaster(pid)) await delay(250, undefined, { ref: false });
}

/**
 * Ends a postmaster: politely first (connections are cut, everything is written), then without the last checkpoint
 * (the next start replays the log), then by force. Nothing committed is lost in any of
 * them; a person who pressed Ctrl-C waits for it, so none gets long.
 */
export async function stopPostmaster(
  pid: number,
  { clusterDir, binDir }: Pick<EmbeddedHome, 'clusterDir' | 'binDir'>,
): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals; pg_ctl knows PostgreSQL's substitute.
    await run(join(binDir, 'pg_ctl'), ['stop', '-m', 'fast', '-D', clusterDir], { timeout: 8_000 }).catch(() => {});
    return;
  }
  for (const [signal, timeoutMs] of [
    ['SIGINT', 1_500],
    ['SIGQUIT', 700],
    ['SIGKILL', 2_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await waitForExit(pid, timeoutMs)) return;
  }
}
