import type { IncomingMessage, ServerResponse } from 'node:http';

/** One HTTP request with what every answer to it carries. */
export type Exchange = {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly headers: Record<string, string>;
};
