import type { IncomingHttpHeaders } from 'node:http';
import type { PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import { bearerOf } from '../domain/identity/authenticate.ts';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { Context } from '../graphql/context.ts';
import type { Services } from '../services.ts';

type Deps = { authenticate: Authenticate; db: PrismaClient; services: Services; log: Logger };
type Caller = { headers: IncomingHttpHeaders; requestId: string };

/** Makes the context of an operation. A token that is sent must be good: a bad one is refused, never taken for nobody. */
export function createContextFor({ authenticate, db, services, log }: Deps) {
  return async function contextFor({ headers, requestId }: Caller): Promise<Context> {
    const secret = bearerOf(headers.authorization);
    const viewer = secret ? (await authenticate(secret)).viewer : null;
    return {
      viewer,
      requestId,
      userAgent: headers['user-agent'] ?? null,
      db,
      services,
      log: log.child({ requestId, ...(viewer && { organizationId: viewer.organizationId }) }),
    };
  };
}
