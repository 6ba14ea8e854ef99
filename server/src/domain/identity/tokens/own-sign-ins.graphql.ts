import { builder } from '../../../graphql/builder.ts';
import { page } from '../../../graphql/page.ts';
import { signInsVisibleTo } from '../identity.policy.ts';
import { SignInNode } from '../user.graphql.ts';
import { ViewerType } from '../viewer.graphql.ts';

const SignInKindEnum = builder.enumType('SignInKind', {
  values: {
    WEB: { description: 'A browser, with cookies.' },
    DESKTOP: { description: 'A program on the person’s own machine, let in through a browser or a code.' },
    API: { description: 'A program that keeps the tokens itself.' },
  },
});

builder.prismaObjectFields(SignInNode, (t) => ({
  kind: t.expose('kind', { type: SignInKindEnum }),
  deviceName: t.exposeString('deviceName', { nullable: true, description: 'What the device calls itself.' }),
  address: t.exposeString('address', { nullable: true, description: 'Where it was seen last.' }),
  place: t.exposeString('place', { nullable: true, description: 'Where that address is, in words.' }),
  lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'To the minute.' }),
  current: t.boolean({
    select: { id: true },
    description: 'Whether it is the one that asks.',
    resolve: ({ id }, _args, { viewer }) => viewer?.signInId === id,
  }),
}));

builder.objectField(ViewerType, 'signIns', (t) =>
  t.prismaConnection(
    {
      type: 'SignIn',
      cursor: 'id',
      ...page,
      description: 'Where the person is signed in to this organization, newest first; none for keys.',
      resolve: (query, viewer, _args, { db, services }) =>
        db.signIn.findMany({
          ...query,
          // Asked for keys as well, which have none: Pothos takes a look-ahead that goes unused for a mistake.
          where:
            viewer.signInId === null
              ? { id: { in: [] } }
              : { AND: [signInsVisibleTo(viewer), services.tokens.ownSignIns.stillOpen()] },
          orderBy: { id: 'desc' },
        }),
    },
    { name: 'SignInConnection' },
    { name: 'SignInEdge' },
  ),
);

const RevokeSignInInput = builder.inputType('RevokeSignInInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: SignInNode }) }),
});

const RevokeSignInPayload = builder.objectRef<{ revoked: boolean }>('RevokeSignInPayload').implement({
  fields: (t) => ({ revoked: t.exposeBoolean('revoked') }),
});

builder.mutationField('revokeSignIn', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: RevokeSignInPayload,
    description: 'Ends one of the person’s own sign-ins: its tokens and its open sockets. For people, not for keys.',
    args: { input: t.arg({ type: RevokeSignInInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.tokens.ownSignIns.revoke(viewer, input.id.id, requestId);
      return { revoked: true };
    },
  }),
);

const SignOutEverywhereInput = builder.inputType('SignOutEverywhereInput', {
  fields: (t) => ({ keepThis: t.boolean({ required: true, description: 'Whether the one that asks goes on.' }) }),
});

const SignOutEverywherePayload = builder.objectRef<{ count: number }>('SignOutEverywherePayload').implement({
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many sign-ins were ended.' }) }),
});

builder.mutationField('signOutEverywhere', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: SignOutEverywherePayload,
    description: 'Ends the person’s sign-ins on every device, in every organization. For people, not for keys.',
    args: { input: t.arg({ type: SignOutEverywhereInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => ({
      count: await services.tokens.ownSignIns.revokeAll(viewer, input, requestId),
    }),
  }),
);
