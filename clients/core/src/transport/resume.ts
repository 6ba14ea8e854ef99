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
  let attempt = 0;
  for (;;) {
    let ending: Ending;
    let hasItems = false;
    const openedAt = performance.now();
    const items = open();
    try {
      for (;;) {
        const step = await items.next();
        if (step.done) {
          ending = step.value;
          break;
        }
        hasItems = mayRenew = true;
        yield step.value;
      }
    } catch (error) {
      if (!(error instanceof SightlineError) || signal.aborted) throw error;
      ending = { kind: 'failed', error, token: null };
    } finally {
      await items.return({ kind: 'completed' });
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
    // A server that says one thing and closes is one that fails.
    if (hasItems && performance.now() - openedAt >= (policy.steadyMs ?? 5_000)) attempt = 0;
    const delayMs = error.retryable ? policy.nextDelayMs({ attempt, error }) : null;
    if (delayMs === null) throw error;
    logger.debug('resuming a subscription', { code: error.code, attempt, delayMs });
    await sleep(delayMs, signal);
    attempt += 1;
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
