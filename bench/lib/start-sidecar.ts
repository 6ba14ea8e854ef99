import { setTimeout as delay } from 'node:timers/promises';
import { failWhenEnded, startChild } from './child.ts';
import type { Child } from './child.ts';

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
  const program = new URL('../../inference/src/main.ts', import.meta.url);
  const child = startChild(
    program,
    [],
    {
      ...env,
      // The same bytes over and over have to reach the model every time.
      CACHE_ENTRIES: '0',
    },
    { nodeArguments: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`] },
  );
  let url: string | null = null;
  child.process.stdout?.on('data', (chunk: Buffer) => {
    // A line a request once it runs; only the first ones say something new.
    if (url !== null) return;
    const text = chunk.toString();
    url = /"Server listening at (http:[^"]+)"/.exec(text)?.[1] ?? null;
    const [, name, done, total] = /progress (\S+) (\d+) (\d+)\n$/.exec(text) ?? [];
    if (name) say(`fetching ${name}: ${Math.floor((100 * Number(done)) / Number(total))} %`);
  });
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(startMsMax)]);
  const waitUntilReady = async (): Promise<string> => {
    for (;;) {
      if (url !== null) {
        const response = await fetch(`${url}/health/ready`, { signal: deadline }).catch(ignoreClosing);
        if (response?.ok) return url;
        await response?.body?.cancel();
      }
      await delay(pollMs, undefined, { signal: deadline });
    }
  };
  try {
    const found = await Promise.race([waitUntilReady(), failWhenEnded(child, 'sidecar')]);
    return { ...child, url: found };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

/** A sidecar that ends closes its port first; why it ended is said elsewhere. */
function ignoreClosing(error: Error): null {
  if (error.name === 'TypeError') return null;
  throw error;
}
