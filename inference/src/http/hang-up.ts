import type { ServerResponse } from 'node:http';

/** Aborts when the caller goes away before the answer is out. */
export function hangUpSignal({ raw }: { raw: ServerResponse }): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new DOMException('The caller hung up.', 'AbortError'));
  });
  return controller.signal;
}
