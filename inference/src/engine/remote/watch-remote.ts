import type { Breaker } from './breaker.ts';
import type { Transport } from './transport.ts';

type Deps = { transport: Transport; path: string; breaker: Breaker; onChange(isUp: boolean): void };

const everyMs = { up: 5_000, away: 500 };
const timeoutMs = 2_000;

/** Asks a server every few seconds whether its model is ready, more often while it is away. */
export function watchRemote({ transport, path, breaker, onChange }: Deps) {
  let isUp = true;
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;

  async function look(): Promise<void> {
    const answer = await transport.call({ method: 'GET', path: `${path}/ready`, timeoutMs }).catch(() => null);
    if (isStopped) return;
    const wasUp = isUp;
    isUp = answer?.status === 200;
    if (isUp) breaker.hasten();
    if (isUp !== wasUp) onChange(isUp);
    again();
  }

  function again(): void {
    timer = setTimeout(() => void look(), isUp && !breaker.isOpen ? everyMs.up : everyMs.away).unref();
  }

  again();
  return {
    get isUp() {
      return isUp;
    },
    /** Something went wrong just now: no need to wait for the next look. */
    lookSoon(): void {
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => void look(), everyMs.away).unref();
    },
    stop(): void {
      isStopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}
