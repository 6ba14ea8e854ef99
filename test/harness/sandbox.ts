import { graphql } from './graphql.ts';
import { signUp } from './people.ts';
import type { Person } from './people.ts';

export type Sandbox = Person & {
  /** The owner, in the organization they signed up with, which is none. */
  owner: Person;
};

/** A new person in a sandbox of theirs, where it is the same time as everywhere. */
export async function createSandbox(server: { url: string }, mark = 'sandbox'): Promise<Sandbox> {
  const owner = await signUp(server, mark);
  const made = await graphql(
    server,
    'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { organizationId } } }',
    { input: { name: `${mark} sandbox`, isSandbox: true } },
    owner,
  );
  const { organizationId } = made.expectData().createOrganization.organization;
  return { ...owner, organizationId, owner, token: await switchTo(server, owner, organizationId) };
}

/** The token of a new sign-in of the same person in another organization of theirs. */
export async function switchTo(server: { url: string }, { token }: { token: string }, organizationId: string) {
  const switched = await graphql(
    server,
    'mutation ($input: SwitchOrganizationInput!) { switchOrganization(input: $input) { token } }',
    { input: { organizationId } },
    { token },
  );
  return switched.expectData().switchOrganization.token as string;
}

const advance = 'mutation ($by: String!) { advanceClock(input: { by: $by }) { now organization { now isSandbox } } }';

/** Asks to move the clock of the organization that the token is for. */
export const askToAdvance = (server: { url: string }, by: string, { token }: { token: string }) =>
  graphql(server, advance, { by }, { token });

/** Moves a sandbox on and comes back with a token that is good there now; tokens of before may be over. */
export async function advanceClock(server: { url: string }, sandbox: Sandbox, by: string): Promise<Date> {
  const { now } = (await askToAdvance(server, by, sandbox)).expectData().advanceClock;
  sandbox.token = await switchTo(server, sandbox.owner, sandbox.organizationId);
  return new Date(now);
}
