import { setTimeout as delay } from 'node:timers/promises';
import { failWhenEnded, startChild } from './child.ts';
import type { Child } from './child.ts';
import { freePort } from './free-port.ts';

export type Sidecar = Child & { url: string };

type Options = {
  env: NodeJS.ProcessEnv;
  /** Folder for profiles of its processor time, written when it ends. */
  profile?: string | undefined;
  say(text: string): void;
  signal: AbortSignal;
};

/** Enough to fetch a model over a slow line. */
const startMsMax = 300_000;
const pollMs = 25;

/** Starts the real sidecar on a free port and waits until its default model is ready. */
export async function startSidecar({ env, profile, say, signal }: Options): Promise<Sidecar> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = new URL('../../inference/src/main.ts', import.meta.url);
  const child = startChild(
    program,
    [],
    {
      ...env,
      // The same bytes over and over have to reach the model every time.
      CACHE_ENTRIES: '0',
      // It only says where it listens where it writes a log.
      HOST: '127.0.0.1',
      INFERENCE_PORT: String(port),
    },
    { nodeArguments: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`] },
  );
  child.process.stdout?.on('data', (chunk: Buffer) => {
    if (isReady) return;
    const [, name, done, total] = /progress (\S+) (\d+) (\d+)\n$/.exec(chunk.toString()) ?? [];
    if (name) say(`fetching ${name}: ${Math.floor((100 * Number(done)) / Number(total))} %`);
  });
  let isReady = false;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(startMsMax)]);
  const waitUntilReady = async (): Promise<void> => {
    while (!isReady) {
      const response = await fetch(`${url}/health/ready`, { signal: deadline }).catch(ignoreClosing);
      await response?.body?.cancel();
      isReady = response?.ok ?? false;
      if (!isReady) await delay(pollMs, undefined, { signal: deadline });
    }
  };
  try {
    await Promise.race([waitUntilReady(), failWhenEnded(child, 'sidecar')]);
    return { ...child, url };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** It does not listen yet, or no more; why it ended is said elsewhere. */
function ignoreClosing(error: Error): null {
  if (error.name === 'TypeError') return null;
  throw error;
}
