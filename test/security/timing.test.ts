import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { hashPassword } from '@sightline/server/domain/identity/passwords';
import { createMailbox } from '../harness/mailbox.ts';
import { createKey, password, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { isLong, report } from './report.ts';

const warmUp = 10;
const rounds = warmUp + 300;
/** From here on, kinds that are nowhere near the limit need no more rounds: each is a password hashed. Not in the long form. */
const clearRounds = isLong ? rounds : warmUp + 100;
const roundsMax = warmUp + 1_500;
/** Different people, so that nobody is held off before the end. */
const people = rounds;
/** A busy machine needs all rounds, and longer for each. */
const timeout = 6 * 60_000;
/** What the goal allows between the quickest answers of two kinds. */
const maxDifferenceMs = 1;
const clearDifferenceMs = maxDifferenceMs / 2;

let server: TestServer;
let database: Database;
before(async () => {
  // Everybody may say where they come from, so that no place is counted twice.
  const env = { EMAIL_VERIFICATION: 'required', TRUSTED_PROXIES: '127.0.0.1' };
  server = await startTestServer({ env, ports: { mailer: createMailbox().mailer } });
  database = openDatabase(server.databaseUrl);
});
after(async () => {
  await database[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
after(() => agent.destroy());

type Reply = { ms: number; status: number; headers: string[]; body: string };

/** One call over one warm connection, timed from the request to the end of the answer. */
function ask(
  body: object,
  { token = null, place = 0 }: { token?: string | null; place?: number } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
      'x-request-id': randomUUID(),
      'x-forwarded-for': `198.51.${place >> 8}.${place & 255}`,
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const startedAt = performance.now();
    const sent = request(`${server.url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () =>
        resolve({
          ms: performance.now() - startedAt,
          status: response.statusCode ?? 0,
          headers: Object.keys(response.headers).sort(),
          body: text,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}

type Kind = (round: number) => Promise<Reply>;

/**
 * The quickest answer of each kind; they take turns, so that what slows the machine down slows all of them down. A quickest
 * answer is the sooner found the quieter the machine is: a busy one gets more rounds, and what is a difference stays one.
 */
async function floorsOf<Name extends string>(kinds: Record<Name, Kind>) {
  const floors = new Map<Name, number>();
  const last = new Map<Name, Reply>();
  const entries = Object.entries(kinds) as [Name, Kind][];
  let tries = 0;
  const difference = () => Math.max(...floors.values()) - Math.min(...floors.values());
  for (let round = 0; round < roundsMax; round += 1) {
    if (round >= clearRounds && difference() <= (round < rounds ? clearDifferenceMs : maxDifferenceMs)) break;
    tries = round + 1 - warmUp;
    for (let turn = 0; turn < entries.length; turn += 1) {
      const [name, kind] = entries[(turn + round) % entries.length] as [Name, Kind];
      const reply = await kind(round % people);
      last.set(name, reply);
      if (round >= warmUp) floors.set(name, Math.min(floors.get(name) ?? Infinity, reply.ms));
    }
  }
  const story = [...floors].map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`).join(', ');
  return { differenceMs: difference(), tries, story, last };
}

const looksOf = ({ status, headers, body }: Reply) =>
  JSON.stringify([
    status,
    headers,
    body.replaceAll(/[\w.-]+@example\.com/g, '').replaceAll(/"requestId":"[^"]*"/g, ''),
  ]);

async function assertAlike<Name extends string>(t: { diagnostic(text: string): void }, kinds: Record<Name, Kind>) {
  const { differenceMs, tries, story, last } = await floorsOf(kinds);
  t.diagnostic(`${tries} tries of each: ${story}`);
  report('answers timed against each other', {
    tried: tries * last.size,
    told: differenceMs > maxDifferenceMs ? 1 : 0,
  });
  assert.ok(differenceMs <= maxDifferenceMs, `${differenceMs.toFixed(2)} ms apart: ${story}`);
  return last;
}

const signIn = (email: string, place: number) =>
  ask(
    {
      query:
        'mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on UserError { code message } } }',
      variables: { input: { email, password: 'not the password at all' } },
    },
    { place },
  );

/** People whose addresses are as long as those of nobody. */
async function addPeople(kind: string, passwordHash: string | null): Promise<void> {
  for (let index = 0; index < people; index += 1) {
    await database.prisma.user.create({
      data: { email: `${kind}-${index}@example.com`, name: 'x', passwordHash, emailVerifiedAt: new Date() },
    });
  }
}

describe('an answer tells nothing by the time it takes', () => {
  test(
    'of a sign-in: an unknown address, a wrong password, a person without one, an account that is held off',
    { timeout },
    async (t) => {
      await addPeople('wrong', await hashPassword(password));
      await addPeople('nopas', null);
      for (let tries = 0; tries < 14; tries += 1) {
        await Promise.all([signIn('held1@example.com', 0), signIn('wrong-0@example.com', 1)]);
      }
      const last = await assertAlike(t, {
        unknown: (round) => signIn(`unkno-${round}@example.com`, round),
        wrong: (round) => signIn(`wrong-${round}@example.com`, round),
        'no password': (round) => signIn(`nopas-${round}@example.com`, round),
        'held off, unknown': (round) => signIn('held1@example.com', round),
        'held off, known': (round) => signIn('wrong-0@example.com', round),
      });
      const looks = [...last].map(([, reply]) => looksOf(reply));
      assert.equal(new Set(looks.slice(0, 3)).size, 1, looks.join('\n'));
      assert.match(looks[0] ?? '', /CREDENTIALS_INVALID/);
      assert.equal(looks[3], looks[4]);
      assert.match(looks[3] ?? '', /TOO_MANY_ATTEMPTS/);
    },
  );

  for (const name of ['requestPasswordReset', 'resendVerification']) {
    test(`of ${name}: an address somebody has and one that nobody has`, { timeout }, async (t) => {
      await database.prisma.user.deleteMany({});
      await addPeople('known', await hashPassword(password));
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
      const query = `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on ${type}Payload { email } } }`;
      const asked = (email: string) => ask({ query, variables: { input: { email } } });
      const last = await assertAlike(t, {
        known: (round) => asked(`known-${round}@example.com`),
        unknown: (round) => asked(`unkno-${round}@example.com`),
      });
      assert.equal(new Set([...last].map(([, reply]) => looksOf(reply))).size, 1);
    });
  }

  test('of a sign-up: an address somebody has and one that nobody has', { timeout }, async (t) => {
    const query = 'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }';
    const common = { password, name: 'x', organizationName: 'x' };
    const asked = (email: string, place: number) =>
      ask({ query, variables: { input: { ...common, email } } }, { place });
    const last = await assertAlike(t, {
      known: (round) => asked(`known-${round}@example.com`, round),
      unknown: (round) => asked(`freee-${round}@example.com`, round),
    });
    assert.equal(new Set([...last].map(([, reply]) => looksOf(reply))).size, 1);
    assert.match(last.get('known')?.body ?? '', /SignUpPending/);
  });

  test('of a key: unknown, revoked, expired', { timeout }, async (t) => {
    await using open = await startTestServer({ databaseUrl: server.databaseUrl });
    const person = await signUp(open, 'timing');
    const [revoked, expired] = [
      await createKey(open, person, ['READ'], 'one'),
      await createKey(open, person, ['READ'], 'other'),
    ];
    const unknown = await createKey(open, person, ['READ'], 'gone');
    const uuidOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
    const past = new Date(Date.now() - 1000);
    await database.prisma.apiKey.update({ where: { id: uuidOf(revoked.id) }, data: { revokedAt: past } });
    await database.prisma.apiKey.update({ where: { id: uuidOf(expired.id) }, data: { expiresAt: past } });
    await database.prisma.apiKey.delete({ where: { id: uuidOf(unknown.id) } });
    const asked = (token: string) => ask({ query: '{ viewer { role } }' }, { token });
    const last = await assertAlike(t, {
      unknown: () => asked(unknown.secret),
      revoked: () => asked(revoked.secret),
      expired: () => asked(expired.secret),
    });
    assert.equal(new Set([...last].map(([, reply]) => looksOf(reply))).size, 1);
    assert.match(last.get('unknown')?.body ?? '', /UNAUTHENTICATED/);
  });
});
