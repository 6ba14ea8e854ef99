import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { filesBelow, found } from '../../harness/everything.ts';
import { graphql } from '../../harness/graphql.ts';
import { joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

const erasing = `mutation ($email: String!) { eraseMe(input: { email: $email }) {
  __typename ... on EraseMePayload { erased } ... on UserError { code message }
} }`;
const erase = async (person: Person) =>
  (await graphql(server, erasing, { email: person.email }, person)).expectData().eraseMe;

test('of the last two owners who go at the same moment one has to stay', async () => {
  for (let round = 0; round < 3; round += 1) {
    const owner = await signUp(server, 'together');
    const other = await joinAs(server, owner, 'OWNER');
    await joinAs(server, owner, 'VIEWER');
    const answers = await Promise.all([owner, other].map(erase));
    assert.deepEqual(answers.map(({ code }) => code ?? null).sort(), ['ERASURE_BLOCKED', null]);
    const [left] = await query(
      server.databaseUrl,
      `select count(*)::int as owners from "Membership"
       where "role" = 'OWNER' and "organizationId" = '${uuidOf(owner.organizationId)}'`,
    );
    assert.deepEqual(left, { owners: 1 });
  }
});

test('what was gathered about somebody who is erased meanwhile is not left in storage', async () => {
  const person = await signUp(server, 'meanwhile');
  // Stands for the erasure: it answers every request of the person just before the export would.
  await query(
    server.databaseUrl,
    `create function "finish_first"() returns trigger language plpgsql as $$ begin return null; end $$;
     create trigger "finish_first" before update on "PrivacyRequest" for each row
       when (new."storageKey" is not null) execute function "finish_first"()`,
  );
  (await graphql(server, 'mutation { requestExport { viewer { role } } }', {}, person)).expectData();
  await query(server.databaseUrl, 'drop trigger "finish_first" on "PrivacyRequest"');
  const files = await filesBelow(`${server.sourceDirectory}/files`);
  assert.deepEqual(found(files, [uuidOf(person.userId)]), []);
});
