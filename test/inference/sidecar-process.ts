import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../harness/child-environment.ts';
import { localToken, serviceToken } from './sidecar.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type SidecarProcess = Awaited<ReturnType<typeof startSidecarProcess>>;

/** A sidecar of its own process, ready. Whatever it does, it is gone with the test. */
export async function startSidecarProcess(env: Record<string, string> = {}) {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'sightline-inference-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const child = spawn(process.execPath, ['inference/src/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ ...childEnvironment(), MODEL: 'blobs', DATA_DIR: folder, INFERENCE_PORT: '0', LOG_LEVEL: 'info' },
      ...{ LOCAL_TOKEN: localToken, SERVICE_TOKEN: serviceToken, ...env },
    },
  });
  const exited = once(child, 'exit');
  opened.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });
  let output = '';
  const changed = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      // Its beginning says where it is, its end why it ended.
      output =
        output.length < 100_000
          ? output + text
          : output.slice(0, 50_000) + (output.slice(50_000) + text).slice(-50_000);
      changed.dispatchEvent(new Event('change'));
    });
  }
  async function says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(output);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${output}`);
      await Promise.race([once(changed, 'change'), exited]);
    }
  }
  const [, url = ''] = await says(/Server listening at (http:\/\/[\d.]+:\d+)/);
  while ((await fetch(`${url}/health/ready`)).status !== 200) await new Promise((resolve) => setImmediate(resolve));
  const lifetime = opened.move();
  return {
    url,
    child,
    folder,
    exited,
    output: () => output,
    /** Bytes of memory it holds now. */
    async memoryBytes(): Promise<number> {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1_024;
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
