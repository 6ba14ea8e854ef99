import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Locale } from '@sightline/db/client';

/** One HTTP request with what every answer to it carries. */
export type Exchange = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** What its program reads best of what we speak. */
  readonly locale: Locale;
  readonly headers: Record<string, string>;
};
