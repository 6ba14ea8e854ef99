import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '@sightline/server/ports';
import pg from 'pg';
import type { Answer } from '../../harness/answer.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import { createKey, joinAs, password, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession, uploadPicture, waitForSession } from '../../harness/sources.ts';
import type { Victim } from '../access-case.ts';

/** What every text of the victim's organization begins with. */
export const mark = 'CANARY';

export type World = AsyncDisposable & {
  server: TestServer;
  /** Owns the victim. */
  owner: Person;
  victim: Victim;
  /** A VIEWER of the victim's organization, with a role for its source. */
  member: Person;
  /** Whom the victim's open invitation is for. */
  invited: Person;
  /** Owns another organization with one of everything in it, so that what hangs below it is tried, too. */
  stranger: Person;
  ownOfStranger: Victim;
  /** Statements as the owner of the database. */
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
};

/** Two organizations that have one of everything, and nothing in common. */
export async function createWorld({ clock }: { clock?: Clock } = {}): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const fake = createFakeInference();
  const server = opening.use(
    await startTestServer({
      inference: fake.inference,
      ports: { mailer: createMailbox().mailer },
      ...(clock && { clock }),
    }),
  );
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  opening.defer(() => client.end());
  const sql = async (text: string, values: unknown[] = []) =>
    (await client.query<Record<string, unknown>>(text, values)).rows;

  // A price for everybody and a flag, which tables of a new server do not have.
  await sql(`insert into "PlanPrice" ("planVersionId", "meter", "unitAmountMinor")
    select "id", 'PREDICTIONS', 1 from "PlanVersion" where "planCode" = 'free'`);
  await sql(`insert into "FeatureFlag" ("name", "description", "updatedAt") values ('new-dashboard', '', now())`);

  const owner = await signUp(server, mark);
  const stranger = await signUp(server, 'stranger');
  const invited = await signUp(server, 'invited');
  const known = await signUp(server, 'known');
  const part = { server, sql, fake };
  const { victim, member } = await createVictim(part, owner, { name: mark, invited });
  const { victim: ownOfStranger } = await createVictim(part, stranger, { name: 'stranger', invited: known });
  const open = opening.move();
  return {
    ...{ server, owner, victim, member, invited, stranger, ownOfStranger, sql },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

type Part = Pick<World, 'server' | 'sql'> & { fake: ReturnType<typeof createFakeInference> };

async function createVictim(
  { server, sql, fake }: Part,
  person: Person,
  { name, invited }: { name: string; invited: Person },
): Promise<{ victim: Victim; member: Person }> {
  const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<Answer> =>
    (await graphql(server, query, variables, person)).expectData();

  const sourceId = await createSource(server, person, name);
  const sessionId = await startSession(server, person, sourceId);
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ label: `${name} label` }]));
  await waitForSession(server, person, sessionId, ({ framesRead }) => framesRead === 1);
  const key = await createKey(server, person, ['READ'], `${name} key`);
  const upload = await uploadPicture(server, person, `${name}.jpg`);
  const member = await joinAs(server, person, 'VIEWER', name);
  const { viewer, events } = await ask(`{
    viewer { user { id } organization { id members(last: 1) { edges { node { id user { id } } } } } signIn { id } }
    events(last: 1) { edges { node { id snapshot { id } } } }
  }`);
  const [{ node: membership }] = viewer.organization.members.edges;
  if (membership.user.id !== member.userId) throw new Error('The newest member should be last.');

  const { createTeam, createCustomRole } = await ask(
    `mutation ($team: String!, $role: String!) {
      createTeam(input: { name: $team }) { ... on CreateTeamPayload { team { id } } }
      createCustomRole(input: { name: $role, permissions: [READ] }) { ... on CreateCustomRolePayload { customRole { id } } }
    }`,
    { team: `${name} team`, role: `${name} role` },
  );
  const given = { team: createTeam.team.id, role: createCustomRole.customRole.id, member: membership.id };
  const { assignRole } = await ask(
    `mutation ($team: ID!, $role: ID!, $member: ID!, $source: ID!) {
      addTeamMember(input: { teamId: $team, membershipId: $member }) { team { id } }
      assignRole(input: { customRoleId: $role, sourceId: $source, membershipId: $member }) { assignment { id } }
      toTeam: assignRole(input: { customRoleId: $role, sourceId: $source, teamId: $team }) { assignment { id } }
    }`,
    { ...given, source: sourceId },
  );
  // By hand: what is in the mail is known to nobody else.
  const invitation = randomUUID();
  const invitationToken = `slo_${Buffer.from(name.padEnd(32, '.')).toString('base64url').slice(0, 43)}`;
  await sql(
    `insert into "Invitation" ("id", "organizationId", "email", "role", "invitedByUserId", "tokenHash", "expiresAt")
     values ($1, $2, $3, 'VIEWER', $4, $5, now() + interval '1 day')`,
    [
      ...[invitation, uuidOf(person.organizationId), invited.email, uuidOf(person.userId)],
      createHash('sha256').update(invitationToken).digest(),
    ],
  );
  const notification = randomUUID();
  await sql(
    `insert into "Notification" ("id", "organizationId", "userId", "kind", "values", "createdAt")
     values ($1, $2, $3, 'usage.threshold', $4, now())`,
    [notification, uuidOf(person.organizationId), uuidOf(person.userId), JSON.stringify({ organization: name })],
  );
  await sql(
    `insert into "EventArchive" ("id", "organizationId", "firstSeq", "lastSeq", "eventCount", "startsAt", "endsAt", "storageKey",
        "byteSize", "sha256", "createdAt") values ($1, $2, 1, 1, 1, now(), now(), $3, 1, $4, now())`,
    [randomUUID(), uuidOf(person.organizationId), `archives/${name.toLowerCase()}/1.ndjson.gz`, Buffer.from(name)],
  );
  const invoice = randomUUID();
  await sql(
    `with made as (
      insert into "Invoice" ("id", "organizationId", "number", "series", "seriesNumber", "uniqueKey", "issuedAt", "dueAt",
          "periodStartsAt", "periodEndsAt", "currency", "seller", "buyer", "subtotalMinor", "totalMinor", "note")
        values ($1, $2, $3, $3, 1, $3, now(), now(), now(), now(), 'EUR', $4, $4, 100, 100, $3) returning "id", "organizationId"
      )
      insert into "InvoiceLine" ("invoiceId", "position", "organizationId", "description", "quantity", "unitAmountMinor",
          "amountMinor", "periodStartsAt", "periodEndsAt")
        select "id", 1, "organizationId", $3, 1, 100, 100, now(), now() from made`,
    [invoice, uuidOf(person.organizationId), `${name} bill`, JSON.stringify({ name })],
  );
  // One that is over, so that there is still one to begin.
  const subscription = randomUUID();
  await sql(
    `insert into "Subscription" ("id", "organizationId", "planVersionId", "state", "createdAt", "anchorAt", "periodStartsAt",
        "periodEndsAt", "canceledAt")
      select $1, $2, "id", 'CANCELED', '2020-01-01Z', '2020-01-01Z', '2020-01-01Z', '2020-02-01Z', '2020-02-01Z'
        from "PlanVersion" where "planCode" = 'pro' limit 1`,
    [subscription, uuidOf(person.organizationId)],
  );
  await sql(
    `insert into "Payment" ("id", "organizationId", "invoiceId", "provider", "providerPaymentId", "state", "amountMinor",
        "currency", "createdAt", "updatedAt") values ($1, $2, $3, 'MANUAL', $4, 'FAILED', 100, 'EUR', now(), now())`,
    [randomUUID(), uuidOf(person.organizationId), invoice, `${name} payment`],
  );
  const [{ node: event }] = events.edges;
  const victim: Victim = {
    mark: name,
    email: person.email,
    password,
    invitationToken,
    ids: {
      User: viewer.user.id,
      Organization: viewer.organization.id,
      SignIn: viewer.signIn.id,
      ApiKey: key.id,
      Membership: membership.id,
      Team: given.team,
      CustomRole: given.role,
      RoleAssignment: assignRole.assignment.id,
      Invitation: Buffer.from(`Invitation:${invitation}`).toString('base64url'),
      PlanSubscription: Buffer.from(`PlanSubscription:${subscription}`).toString('base64url'),
      Invoice: Buffer.from(`Invoice:${invoice}`).toString('base64url'),
      Source: sourceId,
      Session: sessionId,
      Event: event.id,
      Artifact: event.snapshot.id,
      Upload: upload,
      Notification: Buffer.from(`Notification:${notification}`).toString('base64url'),
    },
  };
  return { victim, member };
}

export const typeOf = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[0] ?? '';

/** An id of the same type that belongs to nobody. */
export const ghostId = (globalId: string) => Buffer.from(`${typeOf(globalId)}:${randomUUID()}`).toString('base64url');

/** Something that is not there in place of everything of the victim's. */
export const ghostOf = ({ ids }: Victim): Victim => ({
  mark: 'ghosts',
  email: 'ghost@example.com',
  password: '',
  invitationToken: `slo_${'g'.repeat(43)}`,
  ids: Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, ghostId(id)])),
});
