import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database } from '@sightline/db/database';
import type { Viewer } from '@sightline/server/domain/identity/viewer';
import { builder } from '@sightline/server/graphql/builder';
import type { Context } from '@sightline/server/graphql/context';
import { schema } from '@sightline/server/graphql/schema';
import { createGraphqlHttp } from '@sightline/server/http/graphql/graphql-http';
import type { AppOptions } from '@sightline/server/app';

type Options = { database: Database; organizationId: string; log: AppOptions['log'] };

/**
 * What a query costs by itself: the same graph over the same HTTP and the same database, without looking at who asks, what
 * they may do or how often, and as the owner of the tables, for whom row security does not apply.
 */
export async function startOpenServer({ database, organizationId, log }: Options): Promise<string> {
  if (!schema.getQueryType()) throw new Error('The graph has no queries.');
  const open = builder.toSchema({ disableScopeAuth: true });
  const viewer = {
    organizationId,
    userId: organizationId,
    role: 'OWNER',
    permissions: new Set(['read']),
    sourcePermissions: new Map(),
    signInId: organizationId,
    apiKeyId: null,
    locale: 'EN',
  } as unknown as Viewer;
  const graphql = createGraphqlHttp<Context>({
    schema: open,
    contextFor: ({ requestId }) => ({
      viewer,
      requestId,
      userAgent: null,
      address: null,
      lastEventId: null,
      locale: 'EN',
      db: database.prisma,
      services: {} as Context['services'],
      log,
    }),
    log,
  });
  const server = createServer(graphql.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
