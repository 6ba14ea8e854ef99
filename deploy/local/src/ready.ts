import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 50;
const answerTimeoutMs = 3_000;

type Options = {
  signal: AbortSignal;
  /** How long it may take. A model that is being fetched counts as a sign of life: see `isBusy`. */
  timeoutMs: number;
  isBusy?: () => boolean;
  /** Told what is still missing, now and then. */
  onWaiting: (missing: string) => void;
};

/** Polls `<url>/health/ready` until it answers 200. Throws with the names of what is missing when it takes too long. */
export async function untilReady(
  name: string,
  url: string,
  { signal, timeoutMs, isBusy, onWaiting }: Options,
): Promise<void> {
  let deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask(`${url}/health/ready`, signal);
    signal.throwIfAborted();
    if (answer === null) return;
    if (isBusy?.()) deadline = performance.now() + timeoutMs;
    if (performance.now() > deadline)
      throw new Error(`The ${name} was not ready after ${timeoutMs / 1_000} s: ${answer}.`);
    onWaiting(answer);
    await delay(pollMs, undefined, { signal });
  }
}

/** Null when ready, else what is missing. */
async function ask(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]) });
    const body: unknown = await response.json();
    return response.ok ? null : missingParts(body);
  } catch {
    return 'it does not answer yet';
  }
}

/** Both programs name their parts, each in its own words. */
function missingParts(body: unknown): string {
  const { dependencies, parts } = body as {
    dependencies?: Record<string, { status: string }>;
    parts?: Record<string, { ok: boolean; problem?: string }>;
  };
  const missing = [
    ...Object.entries(dependencies ?? {}).flatMap(([name, { status }]) =>
      status === 'ok' ? [] : [`${name} is ${status}`],
    ),
    ...Object.entries(parts ?? {}).flatMap(([name, { ok, problem }]) =>
      ok ? [] : [`${name}: ${problem ?? 'not ready'}`],
    ),
  ];
  return missing.join(', ') || 'it is not ready';
}

/** Says what is being waited for once it takes longer than a person finds normal, and not too often. */
export function createPatience(name: string, say: (line: string) => void): (missing: string) => void {
  const startedAt = performance.now();
  let nextMs = 10_000;
  return (missing) => {
    const waitedMs = performance.now() - startedAt;
    if (waitedMs < nextMs) return;
    nextMs += 15_000;
    say(`  still waiting for the ${name}: ${missing}`);
  };
}
