import {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  NotFoundError,
  PlanLimitError,
  ResponseInvalidError,
  SightlineError,
} from '@sightline/core';
import { UserMistake } from './user-mistake.ts';

/** One line: what is wrong and what to do. Null for a bug, whose stack somebody should see. */
export function explainError(error: unknown, { url, email }: { url: string; email: string }): string | null {
  if (error instanceof UserMistake) return error.message;
  if (error instanceof ConnectionError) return `No server answers at ${url}. Start one with: npm start`;
  if (error instanceof ResponseInvalidError || isWrongAddress(error))
    return `What answers at ${url} is not a Sightline server. Give its address with --url.`;
  if (error instanceof ConfigurationError) return error.message;
  if (error instanceof AuthenticationError)
    return `${email} cannot sign in: wrong email or password. Give yours with --email and --password.`;
  if (error instanceof PlanLimitError)
    return `${error.message} The demo uses sources again, but each new folder or file is a new one.`;
  if (error instanceof SightlineError)
    return `${error.message} (${error.code}${error.requestId ? `, request ${error.requestId}` : ''})`;
  if (isFileError(error))
    return `${error.path ?? 'A file'}: ${error.code === 'EACCES' ? 'no permission' : error.message}`;
  return null;
}

/** Another of our own programs, the sidecar perhaps, knows no `/graphql`; the graph itself never answers so. */
function isWrongAddress(error: unknown): boolean {
  return error instanceof NotFoundError && error.status === 404;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
