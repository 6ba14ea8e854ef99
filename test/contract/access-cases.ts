/** Everything of one organization that somebody else could try to get at. */
export type Victim = {
  mark: string;
  email: string;
  password: string;
  /** Global id by type name, and of a finished upload under `Upload`. */
  ids: Record<string, string>;
};

export type AccessCase = {
  /** `public`: nobody in particular may call it. `read`: every member. `write`: members who may change things. */
  access: 'public' | 'read' | 'write';
  /** Arguments that point at what belongs to `victim`. */
  variables(victim: Victim): Record<string, unknown>;
  /** What the owner sends instead, where the aimed arguments are meant to be refused. */
  ownVariables?(victim: Victim): Record<string, unknown>;
  /** Types to select one by one, where a field returns an interface. */
  each?: 'Node';
};

const none = () => ({});
const input = (of: (victim: Victim) => Record<string, unknown>) => (victim: Victim) => ({ input: of(victim) });
const byId = (type: string) => (victim: Victim) => ({ id: victim.ids[type] });

/**
 * One case for every root field: how to aim it at another organization. A field without a case fails the run, and so
 * does a type that no case reaches.
 */
export const accessCases: Record<string, AccessCase> = {
  'Query.viewer': { access: 'public', variables: none },
  'Query.node': { access: 'public', variables: (victim) => ({ id: victim.ids['*'] }), each: 'Node' },
  'Query.nodes': { access: 'public', variables: (victim) => ({ ids: [victim.ids['*']] }), each: 'Node' },
  'Query.source': { access: 'read', variables: byId('Source') },
  'Query.sources': { access: 'read', variables: none },
  'Query.session': { access: 'read', variables: byId('Session') },
  'Query.sessions': { access: 'read', variables: (victim) => ({ filter: { sourceId: victim.ids['Source'] } }) },
  'Query.events': {
    access: 'read',
    variables: (victim) => ({ filter: { sourceIds: [victim.ids['Source']], sessionIds: [victim.ids['Session']] } }),
  },

  'Mutation.signUp': {
    access: 'public',
    variables: input(({ mark }) => ({
      email: `new-${Math.random()}@example.com`,
      password: 'a long enough password',
      name: `not ${mark.length}`,
      organizationName: 'new',
    })),
  },
  'Mutation.signIn': {
    access: 'public',
    variables: input(({ email }) => ({ email, password: 'not the password' })),
    ownVariables: input(({ email, password }) => ({ email, password })),
  },
  'Mutation.signOut': { access: 'read', variables: none },
  'Mutation.createApiKey': { access: 'write', variables: input(() => ({ name: 'a key', scopes: ['READ'] })) },
  'Mutation.revokeApiKey': { access: 'write', variables: input(byId('ApiKey')) },
  'Mutation.createUpload': {
    access: 'write',
    variables: input(() => ({ fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 4 })),
  },
  'Mutation.createSource': {
    access: 'write',
    variables: input((victim) => ({
      name: `taken ${Math.random()}`,
      kind: 'IMAGES',
      uploadIds: [victim.ids['Upload']],
    })),
  },
  'Mutation.startSession': { access: 'write', variables: input((victim) => ({ sourceId: victim.ids['Source'] })) },
  'Mutation.stopSession': { access: 'write', variables: input(byId('Session')) },

  'Subscription.eventFeed': {
    access: 'read',
    variables: (victim) => ({ after: '0', filter: { sourceIds: [victim.ids['Source']] } }),
  },
  'Subscription.sessionChanged': { access: 'read', variables: byId('Session') },
};
