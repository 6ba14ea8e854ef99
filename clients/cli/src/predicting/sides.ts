import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Client, Image, PredictOptions, Prediction, SightlineError } from '@sightline/core';
import type { Env } from '../command/context.ts';
import { isLoopback } from '../setting/settings.ts';

/** Who looks: a sidecar that this command starts, or the server's. */
export type Side = 'local' | 'cloud';
export type Policy = Side | 'prefer-local';

type Deps = {
  /** Speaks for whoever uses it, to the server. */
  client: Client;
  policy: Policy;
  inferenceUrl: string | null;
  env: Env;
  signal: AbortSignal;
  note(text: string): void;
};

export type Sides = AsyncDisposable & {
  /** Throws as `client.predict`, and what telling the server of a use throws. */
  predict(picture: Image, options: PredictOptions): Promise<{ prediction: Prediction; side: Side }>;
};

type Told = Pick<Prediction, 'task' | 'model'>;

/** As long as a sidecar has to get ready where the server's could look as well. */
const patienceMs = 10_000;

/**
 * What `predict` asks. `prefer-local` asks a sidecar of its own where one is installed and gets ready soon, and the server's where that
 * cannot answer; where the server's is on this machine there is nothing nearer. Throws ConnectionError for `local` without one.
 */
export async function openSides(deps: Deps): Promise<Sides> {
  const { client, policy, inferenceUrl } = deps;
  const cloud = async (picture: Image, options: PredictOptions) =>
    ({ prediction: await client.predict(picture, options), side: 'cloud' }) as const;
  const isNear = inferenceUrl !== null && isLoopback(inferenceUrl);
  const near = policy === 'cloud' || (policy === 'prefer-local' && isNear) ? null : await startNear(deps);
  if (near === null) return { predict: cloud, [Symbol.asyncDispose]: async () => {} };

  const tell = telling(deps);
  return {
    async predict(picture, options) {
      let prediction: Prediction;
      try {
        prediction = await near.client.predict(picture, options);
      } catch (error) {
        if (policy === 'local' || !isOutage(error)) throw error;
        return cloud(picture, options);
      }
      // The same picture again is free.
      if (!prediction.cached) await tell(prediction);
      return { prediction, side: 'local' };
    },
    [Symbol.asyncDispose]: near.close,
  };
}

/** A sidecar that is ready; null where there is none, and it need not be one. */
async function startNear({ policy, env, signal, note }: Deps) {
  // Loaded here: whoever asks the server needs neither.
  const { startLocal } = await import('@sightline/desktop');
  const { Client: SidecarClient } = await import('@sightline/core');
  const model = env['SIGHTLINE_LOCAL_MODEL'];
  const local = startLocal({ dataDirectory: dataDirectory(env), env: model ? { MODEL: model } : {} });
  const close = async () => local[Symbol.asyncDispose]();
  const patience = AbortSignal.timeout(patienceMs);
  try {
    await local.ready(policy === 'local' ? signal : AbortSignal.any([signal, patience]));
  } catch (error) {
    const { why } = local;
    await close();
    if (policy === 'local' || signal.aborted) throw error;
    if (patience.aborted)
      note(`The sidecar of this machine is not ready${why ? ` (${why})` : ''}: the server’s is asked.`);
    return null;
  }
  const here = 'http://localhost';
  const none = { subscribe: () => () => {}, reset() {} };
  const transport = { send: local.send, openLive: () => none };
  return { client: new SidecarClient({ baseUrl: here, inferenceUrl: here, transport }), close };
}

/**
 * Tells the server of each use before its answer is given, one after the other: what could not be told is not used. Where the answer was
 * lost, the server may have taken the number: what comes next is told as by another device, or it would be taken for what is known.
 */
export function telling({ client, signal }: Pick<Deps, 'client' | 'signal'>): (prediction: Told) => Promise<void> {
  let deviceId = randomUUID();
  let seq = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async ({ task, model }) => {
    const use = { id: randomUUID(), task, model: `${model.name}@${model.version}`, at: new Date().toISOString() };
    const told = last.then(async () => {
      try {
        await client.captures.record({ deviceId, seq: seq + 1, usage: [use] }, { signal });
        seq += 1;
      } catch (error) {
        [deviceId, seq] = [randomUUID(), 0];
        throw error;
      }
    });
    last = told.catch(() => {});
    await told;
  };
}

function isOutage(error: unknown): boolean {
  const { code, status, retryable } = error as Partial<SightlineError>;
  return code === 'CONNECTION_FAILED' || code === 'TIMED_OUT' || (retryable === true && (status ?? 0) >= 500);
}

/** Where models of this person's sidecar are, as the XDG base directories have it. */
function dataDirectory(env: Env): string {
  const given = env['XDG_DATA_HOME'] ?? '';
  return join(isAbsolute(given) ? given : join(homedir(), '.local', 'share'), 'sightline');
}
