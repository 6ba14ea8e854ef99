import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { failWhenEnded, startChild } from './child.ts';
import type { Child } from './child.ts';
import type { RawEngineReply, RawEngineRequest, RawEngineSetup, RawWork } from './raw-engine.ts';

export type Sidecar = Child & { url: string };
export type RawEngine = Child & {
  /** Where its HTTP server that does nothing listens. */
  url: string;
  /** Does it once; milliseconds. */
  measure(work: RawWork): Promise<number>;
};

/** Enough to fetch a model over a slow line. */
const startMsMax = 300_000;
const pollMs = 25;

/** Starts the real sidecar on a free port and waits until it can look at pictures. */
export async function startSidecar(
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Sidecar> {
  const child = startChild(new URL('../../inference/src/main.ts', import.meta.url), [], {
    ...env,
    // The same pictures over and over have to reach the model every time.
    CACHE_ENTRIES: '0',
  });
  const { stdout } = child.process;
  let url: string | null = null;
  stdout?.on('data', (chunk: Buffer) => {
    const text = chunk.toString();
    url ??= /"Server listening at (http:[^"]+)"/.exec(text)?.[1] ?? null;
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

export async function startRawEngine(setup: RawEngineSetup, env: NodeJS.ProcessEnv): Promise<RawEngine> {
  const child = startChild(new URL('raw-engine.ts', import.meta.url), [JSON.stringify(setup)], {
    ...env,
    // As the sidecar tells its decoder and its runtime.
    ORT_DISABLE_TELEMETRY: '1',
    VIPS_CONCURRENCY: '1',
  });
  // Our own program sends nothing else.
  const reply = async () => ((await once(child.process, 'message')) as [RawEngineReply])[0];
  const ended = failWhenEnded(child, 'raw engine');
  const next = () => Promise.race([reply(), ended]);
  try {
    const ready = await next();
    if (ready.type !== 'ready') throw new Error('The raw engine spoke out of turn.');
    return {
      ...child,
      url: ready.url,
      async measure(work) {
        child.process.send({ work } satisfies RawEngineRequest);
        const answer = await next();
        if (answer.type !== 'done') throw new Error('The raw engine spoke out of turn.');
        return answer.durationMs;
      },
    };
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
