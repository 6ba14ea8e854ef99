import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../lib/free-port.ts';
import { startCpuClock } from '../lib/process-cpu.ts';
import type { CpuClock } from '../lib/process-cpu.ts';

export type Peer = AsyncDisposable & { url: string; cpu: CpuClock };

type Options = {
  python: string;
  /** File name of its program. */
  program: string;
  onnxPath: string;
  engineCount: number;
  /** Requests that may share a run, where it can do that. */
  batchSizeMax: number;
  signal: AbortSignal;
};

const startMsMax = 60_000;
const keptCharacters = 2_000;

/** Starts a server in Python and waits until it answers. */
export async function startPeer(options: Options): Promise<Peer> {
  const { python, program, onnxPath, engineCount, batchSizeMax, signal } = options;
  const port = await freePort();
  const child = spawn(python, [program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      PEER_MODEL: onnxPath,
      PEER_PORT: String(port),
      PEER_ENGINES: String(engineCount),
      PEER_BATCH: String(batchSizeMax),
      // As its session is told: the libraries around it are not to start threads of their own.
      OMP_NUM_THREADS: '1',
    },
    // It ends with stdin.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed = (printed + chunk.toString()).slice(-keptCharacters);
    });
  }
  const url = `http://127.0.0.1:${port}/infer`;
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin.end();
    await exited;
  };
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(startMsMax)]);
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${port}/health`, { signal: deadline }).catch(() => null);
      await response?.body?.cancel();
      if (response?.ok) break;
      deadline.throwIfAborted();
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`);
      await delay(100, undefined, { signal: deadline });
    }
    return { url, cpu: await startCpuClock(child), [Symbol.asyncDispose]: stop };
  } catch (cause) {
    await stop();
    throw new Error(`${program} did not start: ${printed}`, { cause });
  }
}
