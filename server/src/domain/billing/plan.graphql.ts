import type { Prisma } from '@sightline/db/client';
import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { PlanLimitReachedError } from './billing.errors.ts';

/** The newest version: what a plan says to whoever has not subscribed. */
const newest = { versions: { orderBy: { number: 'desc' }, take: 1 } } as const satisfies Prisma.PlanInclude;

function newestOf<Version>({ code, versions: [version] }: { code: string; versions: Version[] }): Version {
  if (version === undefined) throw new Error(`The plan ${code} has no version.`);
  return version;
}

builder.prismaObject('Plan', {
  include: newest,
  fields: (t) => ({
    code: t.exposeString('code'),
    name: t.exposeString('name'),
    maxSources: t.int({ resolve: (plan) => newestOf(plan).maxSources }),
    maxConcurrentSessions: t.int({ resolve: (plan) => newestOf(plan).maxConcurrentSessions }),
    maxStoredBytes: t.field({ type: 'BigInt', resolve: (plan) => newestOf(plan).maxStoredBytes }),
  }),
});

builder.objectType(PlanLimitReachedError, {
  name: 'PlanLimitReachedError',
  interfaces: [UserError],
  fields: (t) => ({
    limit: t.exposeString('limit', { description: 'The field of `Plan` that is reached.' }),
    allowed: t.field({ type: 'BigInt', resolve: ({ allowed }) => BigInt(allowed) }),
  }),
});
