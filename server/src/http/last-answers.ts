import { ServerResponse } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';

type Head = OutgoingHttpHeaders | OutgoingHttpHeader[];

/**
 * Answers that say `connection: close` once the server is stopping, those of requests that were there before included: a caller
 * that kept the connection would ask again on it just when it is closed, and never know whether it was heard.
 */
export function lastAnswers(isStopping: () => boolean): typeof ServerResponse {
  return class LastAnswer<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    override writeHead(status: number, ...rest: [(string | Head)?, Head?]): this {
      if (isStopping()) this.shouldKeepAlive = false;
      return super.writeHead(status, ...(rest as [string, Head]));
    }
  };
}
