import type { PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import { bearerOf } from '../domain/identity/authenticate.ts';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { Context } from '../graphql/context.ts';
import type { Services } from '../services.ts';
import type { ClientAddress } from './client-address.ts';
import type { GraphqlRequest } from './graphql/request.ts';
import { localeOf } from './locale.ts';

type Deps = {
  authenticate: Authenticate;
  clientAddress: ClientAddress;
  db: PrismaClient;
  services: Services;
  log: Logger;
};

/** Makes the context of an operation. A token that is sent must be good: a bad one is refused, never taken for nobody. */
export function createContextFor({ authenticate, clientAddress, db, services, log }: Deps) {
  return async function contextFor(request: GraphqlRequest): Promise<Context> {
    const { headers, requestId } = request;
    const address = clientAddress(request);
    const secret = bearerOf(headers.authorization);
    const viewer = secret ? (await authenticate(secret, address)).viewer : null;
    return {
      viewer,
      requestId,
      userAgent: headers['user-agent'] ?? null,
      address,
      locale: viewer?.locale ?? localeOf(headers),
      db,
      services,
      log: log.child({ requestId, ...(viewer && { organizationId: viewer.organizationId }) }),
    };
  };
}
