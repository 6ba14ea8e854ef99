import { UserMistake } from '../user-mistake.ts';

export type Failure = {
  exitCode: number;
  /** For programs; null where the exit code says enough. */
  code: string | null;
  /** What is wrong, and what to do. */
  message: string;
  hint: string | null;
  requestId: string | null;
  /** Whether the message is the server's or the sidecar's own. */
  isTheirs: boolean;
};

/** What a command says of an error, and what it ends with. Null for a bug, whose stack somebody should see. */
export async function explainFailure(error: unknown, url: string): Promise<Failure | null> {
  if (error instanceof UserMistake) {
    const { message, exitCode, code } = error;
    return { exitCode, code, message, hint: null, requestId: null, isTheirs: false };
  }
  // Loaded here: arguments that are wrong are told of without the SDK.
  const { failureOf } = await import('./explain-failure.ts');
  return failureOf(error, url);
}
