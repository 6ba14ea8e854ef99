import { builder } from '../../../graphql/builder.ts';
import { ViewerType } from '../viewer.graphql.ts';
import type { Viewer } from '../viewer.ts';
import { LocaleEnum, name, timeZone } from './account-inputs.graphql.ts';
import type { Profile, ProfileChange } from './profile.service.ts';

const ProfileType = builder.objectRef<Profile>('Profile').implement({
  description: 'What a person is told about themselves alone.',
  fields: (t) => ({
    email: t.exposeString('email'),
    name: t.exposeString('name'),
    locale: t.expose('locale', { type: LocaleEnum }),
    timeZone: t.exposeString('timeZone', { description: 'IANA name.' }),
    emailVerified: t.exposeBoolean('emailVerified'),
    hasPassword: t.exposeBoolean('hasPassword', { description: 'False for those who sign in in other ways only.' }),
  }),
});

builder.objectField(ViewerType, 'profile', (t) =>
  t.field({
    type: ProfileType,
    nullable: true,
    description: 'The viewer’s own; null when a key asks.',
    resolve: (viewer, _args, { services }) => services.profile.find(viewer),
  }),
);

const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'What is left out or null stays as it is.',
  fields: (t) => ({
    name: t.string({ validate: name.nullish(), description: 'What other members see.' }),
    locale: t.field({ type: LocaleEnum }),
    timeZone: t.string({ validate: timeZone.nullish(), description: 'IANA name, such as `Europe/Madrid`.' }),
  }),
});

const UpdateProfilePayload = builder.objectRef<{ viewer: Viewer }>('UpdateProfilePayload').implement({
  fields: (t) => ({ viewer: t.expose('viewer', { type: ViewerType }) }),
});

builder.mutationField('updateProfile', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: UpdateProfilePayload,
    description: 'Changes what the viewer is called, reads and lives by.',
    args: { input: t.arg({ type: UpdateProfileInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      const change: ProfileChange = {
        ...(input.name != null && { name: input.name }),
        ...(input.locale != null && { locale: input.locale }),
        ...(input.timeZone != null && { timeZone: input.timeZone }),
      };
      return { viewer: await services.profile.update(viewer, change, requestId) };
    },
  }),
);
