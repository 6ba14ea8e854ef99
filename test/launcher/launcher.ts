import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../harness/child-environment.ts';

const main = fileURLToPath(new URL('../../deploy/local/src/main.ts', import.meta.url));
const waitMs = 60_000;

export type Launcher = Awaited<ReturnType<typeof startLauncher>>;

/** A data folder that is removed with whatever still runs on it. */
export async function createDataDir() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-start-'));
  await chmod(path, 0o711);
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const { pid } of await processesOn(path)) process.kill(pid, 'SIGKILL');
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** `npm start` itself, with the made-up detector and free ports. Everything it prints is collected. */
export function startLauncher(dataDir: string, env: Record<string, string> = {}, args: string[] = ['--no-demo']) {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...childEnvironment(),
      DATA_DIR: dataDir,
      PORT: '0',
      INFERENCE_PORT: '0',
      MODEL: 'blobs',
      CONSOLE: 'off',
      ...env,
    },
  });
  let output = '';
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const heard = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const look of heard) look();
    });
  }
  return {
    child,
    exited,
    output: () => output,
    /** Resolves when this has been printed. Rejects when the launcher ends first. */
    async says(text: RegExp): Promise<RegExpExecArray> {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
      const fail = () => reject(new Error(`It never said ${text}:\n${output}`));
      const look = () => {
        const found = text.exec(output);
        if (found) resolve(found);
      };
      heard.add(look);
      look();
      void exited.then(fail);
      const timer = setTimeout(fail, waitMs);
      return await promise.finally(() => {
        clearTimeout(timer);
        heard.delete(look);
      });
    },
    /** Sends the signal; gives the exit code and how long it took. */
    async stop(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }> {
      const startedAt = performance.now();
      child.kill(signal);
      return { code: await exited, ms: performance.now() - startedAt };
    },
  };
}

/** Processes that work on this folder: by their environment, or by their arguments as PostgreSQL does. Linux only. */
export async function processesOn(dataDir: string): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [command, env] = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      const isOn = env?.split('\0').includes(`DATA_DIR=${dataDir}`) || command?.includes(`${dataDir}/`);
      return isOn && command ? [{ pid: Number(pid), command: command.replaceAll('\0', ' ').trim() }] : [];
    }),
  );
  return all.flat();
}
