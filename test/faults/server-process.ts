import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../harness/child-environment.ts';
import { freePort } from '../harness/free-port.ts';

const main = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));

/** The real server in a process of its own, to be killed and started again on the same port and data. */
export async function createServerProcess(env: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'sightline-killed-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log: string[] = [];
  let child: ChildProcess | null = null;

  /** Resolves when it answers. */
  async function start(): Promise<void> {
    child = spawn(process.execPath, [main], {
      // The channel: should this test be killed, the server notices and stops.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...childEnvironment(),
        PORT: String(port),
        DATA_DIR: directory,
        SOURCE_DIRS: directory,
        SERVICE_TOKEN: 'service-token-for-tests-0123456789abcdef',
        SIGNING_KEY: 'signing-key-for-tests-0123456789abcdefgh',
        LOG_LEVEL: 'warn',
        ...env,
      },
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => log.push(String(text)));
    const deadline = AbortSignal.timeout(60_000);
    while (!(await isAlive(url))) {
      if (child.exitCode !== null || deadline.aborted) throw new Error(`The server did not start:\n${log.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  return {
    url,
    directory,
    start,
    stop: () => end('SIGTERM'),
    /** As a power cut would: nothing is flushed, nobody is told. */
    kill: () => end('SIGKILL'),
    /** As a machine that stands still: its connections stay open, and nothing of it moves. */
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    log: () => log.join(''),
    pid: () => child?.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function isAlive(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok ?? false;
}
