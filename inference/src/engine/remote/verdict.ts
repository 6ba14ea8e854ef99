import { SidecarError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { parseMessage } from '../../oip/parse-json.ts';
import type { Outcome } from './breaker.ts';
import type { RemoteAnswer, RemoteError } from './transport.ts';

/** What one try came to. */
export type Verdict =
  | { outcome: Outcome; answer: RemoteAnswer }
  | {
      outcome: Outcome;
      error: SidecarError;
      /** Nobody can have worked on it, and the next try may go better. */
      isRetryable: boolean;
    };

/** Of a message from elsewhere that goes on to the caller. */
const messageLengthMax = 300;

/**
 * What a server's answer means, to the caller and to the breaker. `isReady`: what the server last said of the model. An
 * error in the words of the protocol may be the work of one caller's tensors, and must not shut the others out while the
 * model says that it is well.
 */
export function verdictOfAnswer(answer: RemoteAnswer, isReady: boolean): Verdict {
  const { status } = answer;
  if (status === 200) return { outcome: 'success', answer };
  const { code, message } = errorOf(answer);
  const refuse = (ours: ErrorCode, text: string) =>
    new SidecarError(ours, text, { internal: { status, code, message }, ...retryAfterOf(answer) });

  // Busy is not broken: it goes on to whoever asked too much.
  if (status === 429 || (status === 503 && code === 'QUEUE_FULL')) {
    const error = refuse('QUEUE_FULL', 'Too many requests are waiting where the model runs. Try again in a moment.');
    return { outcome: 'success', error, isRetryable: false };
  }
  if (code === 'DEADLINE_EXCEEDED' || status === 408) {
    const error = refuse('DEADLINE_EXCEEDED', 'There was no answer in time.');
    return { outcome: 'success', error, isRetryable: false };
  }
  if (status === 400 || status === 413 || status === 422) {
    const text = `The server that the model runs on refuses this: ${message || 'it does not say why'}`;
    return { outcome: 'success', error: refuse('TENSOR_INVALID', text), isRetryable: false };
  }
  const isOfRun = code === 'ENGINE_FAILED' || (message !== '' && ![502, 503, 504].includes(status));
  if (status >= 500 && isOfRun) {
    const error = refuse('ENGINE_FAILED', 'The model could not run where it runs.');
    return { outcome: isReady ? 'unknown' : 'failure', error, isRetryable: false };
  }
  const isAway = status === 502 || status === 503;
  const error = isAway
    ? refuse('SERVICE_UNAVAILABLE', 'The server that the model runs on is away.')
    : refuse('ENGINE_FAILED', 'The model could not run where it runs.');
  return { outcome: 'failure', error, isRetryable: isAway };
}

/** What it means that there is no answer. `hadTime`: enough for one, so that none in it says something of the server. */
export function verdictOfFault({ fault, message }: RemoteError, hadTime: boolean): Verdict {
  const internal = { reason: message };
  if (fault === 'late') {
    const error = new SidecarError('DEADLINE_EXCEEDED', 'There was no answer in time.', { internal });
    return { outcome: hadTime ? 'failure' : 'unknown', error, isRetryable: false };
  }
  if (fault === 'broken') {
    const error = new SidecarError('ENGINE_FAILED', 'The answer of the server that the model runs on broke off.', {
      internal,
    });
    return { outcome: 'failure', error, isRetryable: false };
  }
  const error = new SidecarError('SERVICE_UNAVAILABLE', 'The server that the model runs on is away.', { internal });
  return { outcome: fault === 'stale' ? 'unknown' : 'failure', error, isRetryable: true };
}

/** The protocol has a text; a server of our kind says its code beside it. */
function errorOf({ body }: RemoteAnswer): { code: string | null; message: string } {
  try {
    const { code, error } = parseMessage(body);
    return {
      code: typeof code === 'string' ? code : null,
      message: typeof error === 'string' ? error.slice(0, messageLengthMax) : '',
    };
  } catch {
    return { code: null, message: '' };
  }
}

function retryAfterOf({ headers }: RemoteAnswer): { retryAfterMs?: number } {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 60) * 1_000 } : {};
}
