import { SightlineError, clientErrors } from '@sightline/core';

/** Nothing more can be kept for later. What is there waits to be told: with a connection it takes seconds. */
export class SpoolFullError extends SightlineError {
  constructor(bytesMax: number) {
    super(`What waits to be told takes more than ${bytesMax} bytes.`, {
      code: 'SPOOL_FULL',
      retryable: true,
      hint: clientErrors.SPOOL_FULL.en.hint,
    });
  }
}
