import { AuthenticationError, NotFoundError, SightlineError } from '@sightline/core';
import { explainError } from '../explain-error.ts';
import { exitCode } from './exit-code.ts';
import type { Failure } from './failure.ts';

/** A terminal would have been asked. */
const proofHint = 'Send in your password, or a code of your second factor, with --prove.';

/** What a command says of an error, and what it ends with. Null for a bug, whose stack somebody should see. */
export function failureOf(error: unknown, url: string): Failure | null {
  const message = messageOf(error, url);
  if (message === null) return null;
  const facts = error instanceof SightlineError ? error : null;
  const { code = null, requestId = null } = facts ?? {};
  return {
    exitCode: exitCodeOf(error),
    code,
    message,
    hint: code === 'STEP_UP_REQUIRED' ? proofHint : (facts?.hint ?? null),
    requestId,
    isTheirs: facts !== null && message.startsWith(facts.message),
  };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof AuthenticationError) return exitCode.notSignedIn;
  return error instanceof NotFoundError ? exitCode.notFound : exitCode.failed;
}

/** As `OAuthRefusedError` of the desktop package, which is not loaded for this: most failures are none of its own. */
function isOAuthRefusal(error: unknown): error is Error & { error: string } {
  return error instanceof Error && error.name === 'OAuthRefusedError' && 'error' in error;
}

const isTooLong = (error: unknown): error is SightlineError =>
  error instanceof SightlineError && 'maxResponseBytes' in error.details;

function messageOf(error: unknown, url: string): string | null {
  if (isOAuthRefusal(error)) {
    if (error.error === 'access_denied') return 'It was not let in.';
    if (error.error === 'expired_token') return 'It was not let in in time. Try again.';
    return `${url} refused: ${error.message}`;
  }
  if (isTooLong(error)) return `${error.message} (${error.code})`;
  if (error instanceof AuthenticationError)
    return `${url} does not take what you are signed in with. Sign in with: sightline login`;
  // The sidecar says which model there is not, and a program that is not ours what it does not know.
  if (error instanceof NotFoundError) return `${error.message} (${error.code})`;
  return explainError(error, { url, email: '' });
}
