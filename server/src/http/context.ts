import type { PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import { bearerOf } from '../domain/identity/authenticate.ts';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { Viewer } from '../domain/identity/viewer.ts';
import type { Context } from '../graphql/context.ts';
import type { Services } from '../services.ts';
import type { ClientAddress } from './client-address.ts';
import { cookieNames, cookieOf } from './cookies.ts';
import { csrfHeader } from './csrf.ts';
import type { Csrf } from './csrf.ts';
import type { GraphqlRequest } from './graphql/request.ts';
import { localeOf } from './locale.ts';

type Deps = {
  authenticate: Authenticate;
  csrf: Csrf;
  clientAddress: ClientAddress;
  db: PrismaClient;
  services: Services;
  log: Logger;
};

/** Makes the context of an operation. A token that is sent must be good: a bad one is refused, never taken for nobody. */
export function createContextFor({ authenticate, csrf, clientAddress, db, services, log }: Deps) {
  return async function contextFor(request: GraphqlRequest): Promise<Context> {
    const { headers, requestId } = request;
    const address = clientAddress(request);
    const viewer = await viewerOf(request, address);
    if (viewer) await services.apiKeys.count(viewer, 'requests');
    return {
      viewer,
      requestId,
      userAgent: headers['user-agent'] ?? null,
      address,
      lastEventId: lastEventIdOf(headers),
      locale: viewer?.locale ?? localeOf(headers),
      db,
      services,
      log: log.child({ requestId, ...(viewer && { organizationId: viewer.organizationId }) }),
    };
  };

  async function viewerOf(request: GraphqlRequest, address: string | null): Promise<Viewer | null> {
    const { headers } = request;
    const secret = bearerOf(headers.authorization);
    if (secret) return (await authenticate(secret, address)).viewer;
    const cookie = cookieOf(headers, cookieNames.access);
    if (cookie === null) return null;
    const { viewer } = await authenticate(cookie, address);
    // Browsers send cookies whoever asks them to. Pages cannot set a header on a WebSocket; its origin tells enough. What a
    // page says in `connection_init` is for whom it opens it: another tab may have signed in somebody else since.
    if (isUpgrade(headers) && headers[csrfHeader] === undefined) csrf.requireOwnOrigin(request);
    else csrf.requireCsrf(request, viewer.signInId ?? '');
    return viewer;
  }
}

/** Of a stream alone: on a socket the header would hold for every operation there ever is. An empty one says nothing. */
function lastEventIdOf(headers: GraphqlRequest['headers']): string | null {
  if (isUpgrade(headers)) return null;
  return String(headers['last-event-id'] ?? '') || null;
}

const isUpgrade = ({ upgrade }: GraphqlRequest['headers']) => upgrade?.toLowerCase() === 'websocket';
