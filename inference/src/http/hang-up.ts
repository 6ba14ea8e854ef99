import type { ServerResponse } from 'node:http';

const reason = 'The caller hung up.';

export const hangUpReason = () => new DOMException(reason, 'AbortError');

/** Whether that is why a request came to nothing: no fault of anybody's. */
export const isHangUp = (thrown: unknown): boolean => thrown instanceof DOMException && thrown.message === reason;

/** Aborts when the caller goes away before the answer is out. */
export function hangUpSignal({ raw }: { raw: ServerResponse }): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(hangUpReason());
  });
  return controller.signal;
}
