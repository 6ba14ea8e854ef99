import { AuthenticationError, NotFoundError, SightlineError } from '@sightline/core';
import { OAuthRefusedError } from '@sightline/desktop';
import { explainError } from '../explain-error.ts';
import { UserMistake } from '../user-mistake.ts';
import { exitCode } from './exit-code.ts';

export type Failure = {
  exitCode: number;
  /** For programs; null where it is no error of the SDK. */
  code: string | null;
  /** What is wrong, and what to do. */
  message: string;
  hint: string | null;
  requestId: string | null;
  /** Whether the message is the server's or the sidecar's own. */
  isTheirs: boolean;
};

/** What a command says of an error, and what it ends with. Null for a bug, whose stack somebody should see. */
export function explainFailure(error: unknown, url: string): Failure | null {
  const message = messageOf(error, url);
  if (message === null) return null;
  const facts = error instanceof SightlineError ? error : null;
  const { code = null, requestId = null } = facts ?? {};
  return {
    exitCode: exitCodeOf(error),
    code,
    message,
    hint: facts?.hint ?? null,
    requestId,
    isTheirs: facts !== null && message.startsWith(facts.message),
  };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UserMistake) return error.exitCode;
  if (error instanceof AuthenticationError) return exitCode.notSignedIn;
  return error instanceof NotFoundError ? exitCode.notFound : exitCode.failed;
}

function messageOf(error: unknown, url: string): string | null {
  if (error instanceof OAuthRefusedError) {
    if (error.error === 'access_denied') return 'It was not let in.';
    if (error.error === 'expired_token') return 'It was not let in in time. Try again.';
    return `${url} refused: ${error.message}`;
  }
  if (error instanceof AuthenticationError)
    return `${url} does not take what you are signed in with. Sign in with: sightline login`;
  // The sidecar says which model there is not, and a program that is not ours what it does not know.
  if (error instanceof NotFoundError) return `${error.message} (${error.code})`;
  return explainError(error, { url, email: '' });
}
