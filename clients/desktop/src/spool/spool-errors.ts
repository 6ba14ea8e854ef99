import { SightlineError } from '@sightline/core';

/** Nothing more can be kept for later. What is there waits to be told: with a connection it takes seconds. */
export class SpoolFullError extends SightlineError {
  constructor(bytesMax: number) {
    super(`What waits to be told takes more than ${bytesMax} bytes.`, {
      code: 'SPOOL_FULL',
      retryable: true,
      docs: 'docs/desktop.md#without-a-network',
      hint: 'Connect this machine and call `sync()`, or allow more `spoolBytesMax`.',
    });
  }
}
