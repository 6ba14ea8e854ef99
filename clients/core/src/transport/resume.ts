import { ConnectionError } from '../errors/connection-errors.ts';
import { SightlineError } from '../errors/sightline-error.ts';
import type { Logger } from '../logger.ts';
import type { ReconnectPolicy } from './backoff.ts';
import { isOfCredential } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { sleep, unlessAborted } from './deadline.ts';
import type { Ending } from './subscription.ts';

type Resumption<T> = {
  /** Opens the subscription where the last one stopped. */
  open: () => AsyncGenerator<T, Ending, undefined>;
  /** Whether the end of the subscription is the end of the matter, and not a lost connection. */
  isOver?: () => boolean;
  /** Gets other tokens after one was not taken, see `Credentials`. */
  renew: Credentials['renew'];
  policy: ReconnectPolicy;
  signal: AbortSignal;
  logger: Logger;
};

/**
 * Keeps a subscription going over lost connections, restarting servers, slow readers and tokens that have ended.
 * Throws what cannot be helped by trying again, what the policy gives up on, and AbortError.
 */
export async function* resume<T>({
  open,
  isOver,
  renew,
  policy,
  signal,
  logger,
}: Resumption<T>): AsyncGenerator<T, void, undefined> {
  // Once: tokens that are not taken as soon as they are made would be renewed for ever.
  let mayRenew = true;
  for (let attempt = 0; ; attempt++) {
    let ending: Ending;
    try {
      const items = open();
      ending = yield* forEach(items, () => {
        attempt = 0;
        mayRenew = true;
      });
    } catch (error) {
      if (!(error instanceof SightlineError) || signal.aborted) throw error;
      ending = { kind: 'failed', error, token: null };
    }
    if (isOver?.()) return;
    if (ending.kind === 'overflowed') {
      logger.debug('reading on after a burst');
      continue;
    }
    if (mayRenew && (await unlessAborted(isRenewed(ending, renew), signal))) {
      mayRenew = false;
      logger.debug('going on with another token');
      continue;
    }
    const error = ending.kind === 'failed' ? ending.error : new ConnectionError('The server ended the subscription.');
    const delayMs = error.retryable ? policy.nextDelayMs({ attempt, error }) : null;
    if (delayMs === null) throw error;
    logger.debug('resuming a subscription', { code: error.code, attempt, delayMs });
    await sleep(delayMs, signal);
  }
}

async function* forEach<T, R>(
  items: AsyncGenerator<T, R, undefined>,
  onItem: () => void,
): AsyncGenerator<T, R, undefined> {
  try {
    for (;;) {
      const step = await items.next();
      if (step.done) return step.value;
      onItem();
      yield step.value;
    }
  } finally {
    await items.return(undefined as R);
  }
}

/** Whether it ended for a token in place of which there is another now. */
async function isRenewed(
  ending: Exclude<Ending, { kind: 'overflowed' }>,
  renew: Credentials['renew'],
): Promise<boolean> {
  if (ending.kind !== 'failed' || !isOfCredential(ending.error) || ending.token === null) return false;
  return renew(ending.token);
}
