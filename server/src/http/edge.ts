import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { RequestRefusedError } from '../errors/request-errors.ts';
import { answerClientErrors } from './client-errors.ts';
import type { Cors } from './graphql/cors.ts';
import { answerRaw } from './raw-answer.ts';
import { requestIdOf } from './request-id.ts';
import { bodyMs, endSlowBody } from './slow-bodies.ts';

type Deps = { headers: Readonly<Record<string, string>>; cors: Cors };

/** What no page of a browser has any business with, wherever it is from. */
const isInner = (path: string) => /^\/(internal|metrics|health)\b/.test(path);
const isUpload = ({ method }: IncomingMessage, path: string) => method === 'PUT' && path.startsWith('/files/');

/** What holds for every request before a route knows of it. */
export function createEdge({ headers, cors }: Deps) {
  return {
    guard: (server: Server): void => answerClientErrors(server, headers),

    /** HTTP wants a host, though we do not ask what it is. True when that was said and the connection is gone. */
    refuse(request: IncomingMessage): boolean {
      if (request.headers.host !== undefined || request.httpVersion !== '1.1') return false;
      const error = new RequestRefusedError('BAD_REQUEST', 'The header “host” is missing.');
      answerRaw(request.socket, { error, requestId: requestIdOf(request.headers), headers });
      return true;
    },

    /** Prepares the answer to a request for a route. True when it is answered: a browser only asked what it may do. */
    open(request: IncomingMessage, response: ServerResponse, path: string): boolean {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      endSlowBody(request, response, { bodyMs: isUpload(request, path) ? null : bodyMs });
      if (isInner(path)) return false;
      const isPreflight = request.method === 'OPTIONS';
      const told = isPreflight
        ? cors.preflightFor(request.headers, 'GET, POST, PUT, DELETE')
        : cors.headersFor(request.headers);
      for (const [name, value] of Object.entries(told)) response.setHeader(name, value);
      if (isPreflight) response.writeHead(204, { 'x-request-id': requestIdOf(request.headers) }).end();
      return isPreflight;
    },
  };
}
