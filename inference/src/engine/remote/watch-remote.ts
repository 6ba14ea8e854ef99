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
  /** A look that is due soon, or under way: those who ask for one as well must not put it off. */
  let isSoon = false;

  async function look(): Promise<void> {
    isSoon = true;
    const answer = await transport.call({ method: 'GET', path: `${path}/ready`, timeoutMs }).catch(() => null);
    if (isStopped) return;
    const wasUp = isUp;
    isUp = answer?.status === 200;
    if (isUp) breaker.hasten();
    if (isUp !== wasUp) onChange(isUp);
    again();
  }

  function again(): void {
    isSoon = !isUp || breaker.isOpen;
    timer = setTimeout(() => void look(), isSoon ? everyMs.away : everyMs.up).unref();
  }

  again();
  return {
    get isUp() {
      return isUp;
    },
    /** Something went wrong just now: no need to wait for the next look. */
    lookSoon(): void {
      if (isSoon || isStopped) return;
      isSoon = true;
      if (timer) clearTimeout(timer);
      timer = setTimeout(() => void look(), everyMs.away).unref();
    },
    stop(): void {
      isStopped = true;
      if (timer) clearTimeout(timer);
    },
  };
}
