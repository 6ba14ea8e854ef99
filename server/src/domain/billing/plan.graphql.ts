import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { PlanLimitReachedError } from './billing.errors.ts';

builder.prismaObject('Plan', {
  fields: (t) => ({
    code: t.exposeString('code'),
    name: t.exposeString('name'),
    maxSources: t.exposeInt('maxSources'),
    maxConcurrentSessions: t.exposeInt('maxConcurrentSessions'),
    maxStoredBytes: t.expose('maxStoredBytes', { type: 'BigInt' }),
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
