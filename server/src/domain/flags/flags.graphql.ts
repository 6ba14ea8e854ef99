import { builder } from '../../graphql/builder.ts';

const FeatureFlagState = builder.objectRef<{ name: string; isOn: boolean }>('FeatureFlagState').implement({
  description: 'Something new, and whether it is on for the organization that asks.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'In lower case with dashes, such as `new-dashboard`.' }),
    isOn: t.exposeBoolean('isOn'),
  }),
});

builder.queryField('featureFlags', (t) =>
  t.withAuth({ can: 'read' }).field({
    type: [FeatureFlagState],
    description: 'Every feature flag, in the order of their names. A change is here within a second.',
    resolve: async (_root, _args, { viewer, services }) => {
      const { organizationId } = viewer;
      const limits = await services.entitlements.of(organizationId);
      return services.flags.allFor({ organizationId, planCode: limits?.planCode ?? null });
    },
  }),
);
