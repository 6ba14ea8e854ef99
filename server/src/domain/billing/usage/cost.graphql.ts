import { builder } from '../../../graphql/builder.ts';
import { MeterEnum } from '../plan.graphql.ts';
import type { Cost, CostLine } from './costs.ts';

const CostLineType = builder.objectRef<CostLine>('CostLine').implement({
  description: 'What a meter costs: `(quantity - included) × unitAmountMinor / perUnits`, halves rounded up.',
  fields: (t) => ({
    meter: t.expose('meter', { type: MeterEnum }),
    quantity: t.expose('quantity', { type: 'BigInt' }),
    included: t.expose('included', { type: 'BigInt', description: 'Units of the period that cost nothing more.' }),
    unitAmountMinor: t.exposeInt('unitAmountMinor'),
    perUnits: t.exposeInt('perUnits'),
    amountMinor: t.expose('amountMinor', { type: 'BigInt' }),
  }),
});

const CostType = builder.objectRef<Cost>('Cost').implement({
  description: 'In the smallest unit of the currency, such as cents. Before taxes, credits and what is billed once.',
  fields: (t) => ({
    periodStartsAt: t.field({ type: 'DateTime', resolve: ({ period }) => period.startsAt }),
    periodEndsAt: t.field({ type: 'DateTime', resolve: ({ period }) => period.endsAt }),
    currency: t.exposeString('currency', { description: 'ISO 4217.' }),
    baseMinor: t.expose('baseMinor', { type: 'BigInt', description: 'Of the plan itself, for the whole period.' }),
    lines: t.expose('lines', {
      type: [CostLineType],
      description: 'One for each meter that has a price, and for the hours of each plan there was.',
    }),
    totalMinor: t.expose('totalMinor', { type: 'BigInt' }),
  }),
});

/** It reads sums, prices and the subscription. */
const complexity = { field: 20, multiplier: 1 };

builder.queryField('costSoFar', (t) =>
  t.withAuth({ can: 'billing:read' }).field({
    type: CostType,
    complexity,
    description: 'What the current billing period costs until now.',
    resolve: (_root, _args, { services, viewer }) => services.costs.soFar(viewer),
  }),
);

builder.queryField('forecast', (t) =>
  t.withAuth({ can: 'billing:read' }).field({
    type: CostType,
    complexity,
    description: 'What the current billing period will cost, if the rest of it goes on like the week before now.',
    resolve: (_root, _args, { services, viewer }) => services.costs.forecast(viewer),
  }),
);
