/** Codes that never cross the wire: what went wrong before, after or instead of an answer. */
export const ClientErrorCode = {
  CONNECTION_FAILED: 'CONNECTION_FAILED',
  TIMED_OUT: 'TIMED_OUT',
  ABORTED: 'ABORTED',
  RESPONSE_INVALID: 'RESPONSE_INVALID',
  CONFIGURATION_INVALID: 'CONFIGURATION_INVALID',
  WEBHOOK_INVALID: 'WEBHOOK_INVALID',
  SPOOL_FULL: 'SPOOL_FULL',
  CONSENT_MISSING: 'CONSENT_MISSING',
} as const;

export type ClientErrorCode = keyof typeof ClientErrorCode;

/**
 * What to do about codes that every client may come across. Pages pay for each word here: an error of a part that not
 * everybody uses gives its hint itself, and everything else that is said of codes is in `client-errors.ts`.
 */
export const hints: Readonly<Partial<Record<string, string>>> = {
  CONNECTION_FAILED: 'Check `baseUrl` and the network, and try again.',
  TIMED_OUT: 'Give a longer `timeoutMs`, or look whether it happened all the same.',
  ABORTED: 'Your `signal` ended it: call again without if you still want it.',
  RESPONSE_INVALID: 'Check that `baseUrl` and `inferenceUrl` lead to Sightline.',
  CONFIGURATION_INVALID: 'Correct the option that the message names.',
};
