import type { Permission } from '@sightline/server/domain/identity/permissions';

/** Everything of one organization that somebody else could try to get at. */
export type Victim = {
  mark: string;
  email: string;
  password: string;
  /** Of an open invitation for an address that is nobody's. */
  invitationToken: string;
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
  /**
   * What the caller needs; the matrix of roles goes by it. Left out: nobody in particular for `public`, being signed in
   * for `read`. What changes things has to say it. `operator`: nobody of an organization, whatever their role.
   */
  needs?: Permission | 'signedIn' | 'nobody' | 'operator';
  /** Types of its answer, or itself, that take a mail or a device to reach: the tests of its own do. */
  elsewhere?: readonly string[];
  /** Types to select one by one, where a field returns an interface. */
  each?: 'Node';
  /** Ends what it is called with: every try needs somebody new. */
  consumes?: boolean;
  /** Works for who was invited, and nobody else. */
  invitedOnly?: boolean;
  /** Refused to API keys, whatever their scopes. */
  onlyPeople?: boolean;
};

export type AccessCases = Record<string, AccessCase>;

export const none = () => ({});
export const input = (of: (victim: Victim) => Record<string, unknown>) => (victim: Victim) => ({ input: of(victim) });
export const byId = (type: string) => (victim: Victim) => ({ id: victim.ids[type] });
