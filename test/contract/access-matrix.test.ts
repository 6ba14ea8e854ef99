import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Permission } from '@sightline/server/domain/identity/permissions';
import { graphql } from '../harness/graphql.ts';
import { serviceToken } from '../harness/server.ts';
import { report } from '../security/report.ts';
import { accessCases } from './access-cases.ts';
import { attemptsOf, call, codesOf, nodeTypes, patientMs } from './matrix/attempts.ts';
import type { Attempt, Told } from './matrix/attempts.ts';
import { createCallers, isGiven, needOf } from './matrix/callers.ts';
import type { Caller } from './matrix/callers.ts';
import { foundIn, plantCanaries } from './matrix/canaries.ts';
import { indirectCases } from './matrix/indirect.ts';
import { createWorld, ghostOf, mark } from './matrix/world.ts';
import type { World } from './matrix/world.ts';

/*
 * The matrix of isolation, generated: every root field and every type behind `node`, and every route, by every caller
 * there is. A new field is in it because it needs an access case; a new role or scope because it is in the table.
 */

let world: World;
let callers: Caller[];
let planted: string[];
/** Every case so far, and what leaked in which. */
const tally = { cases: 0, leaks: [] as string[], wrong: [] as string[] };

before(async () => {
  world = await createWorld();
  callers = await createCallers(world);
  planted = await plantCanaries(world);
});
after(() => world[Symbol.asyncDispose]());

const refusals = ['UNAUTHENTICATED', 'FORBIDDEN', 'SCOPE_MISSING'];

function note(
  story: string,
  answer: unknown,
  { isForeign, wrong }: { isForeign: boolean; wrong: string | null },
): void {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  tally.cases += 1;
  const found = isForeign ? foundIn(text, world) : [];
  if (found.length > 0) tally.leaks.push(`${story}: ${found.join(', ')}`);
  if (wrong) tally.wrong.push(`${story}: ${wrong}\n    ${text.slice(0, 400)}`);
}

/** What is wrong with an answer to this caller; null: nothing. */
function wrongWith(caller: Caller, key: string, answer: Told): string | null {
  const accessCase = accessCases[key];
  if (!accessCase) return 'no case';
  const codes = codesOf(answer).map(String);
  const need = needOf(accessCase);
  if (codes.includes('INTERNAL_SERVER_ERROR')) return 'our fault';
  if (caller.kind === 'dead') return codes[0] === 'UNAUTHENTICATED' && codes.length === 1 ? null : 'let in';
  if (need === 'nobody') return null;
  if (caller.kind === 'nobody') return codes[0] === 'UNAUTHENTICATED' && codes.length === 1 ? null : 'let in';
  const wasRefused = refusals.includes(codes[0] ?? '');
  // What asks for no permission is about the person: no scope of a key is meant for it.
  if (need === 'signedIn' && caller.scopes)
    return wasRefused || codes[0] === 'STEP_UP_REQUIRED' ? null : 'let in, with a key';
  if (need === 'signedIn') return codes[0] === 'UNAUTHENTICATED' ? 'kept out' : null;
  const mayCall = isGiven(caller, need) && !(accessCase.onlyPeople && caller.scopes);
  return mayCall === wasRefused ? (mayCall ? 'kept out' : 'let in') : null;
}

/** Whether the table says that this caller is refused. */
function isRefused(caller: Caller, key: string): boolean {
  const need = needOf(accessCases[key] as (typeof accessCases)[string]);
  if (caller.kind === 'dead') return true;
  if (need === 'nobody' || need === 'signedIn') return caller.kind === 'nobody' && need === 'signedIn';
  return !isGiven(caller, need);
}

async function ask(caller: Caller, key: string, attempt: Attempt): Promise<Told> {
  const { variables, consumes } = accessCases[key] as (typeof accessCases)[string];
  // A member's own things are not aimed at: what they may do they would do. The others aim at the victim's.
  const at = attempt.aim(caller.kind === 'member' ? ghostOf(world.victim) : world.victim);
  const token = consumes && caller.again ? await caller.again() : caller.token;
  const answer = await call(
    world.server,
    attempt,
    variables(at),
    token,
    isRefused(caller, key) ? patientMs : undefined,
  );
  const isLost = caller.again && !consumes && codesOf(answer)[0] === 'UNAUTHENTICATED';
  // A case before this one may have ended the sign-in: somebody in the same role is asked instead.
  if (!isLost || !caller.again) return answer;
  caller.token = await caller.again();
  return call(world.server, attempt, variables(at), caller.token);
}

test('every text of the victim’s that can be, is a canary, and the victim sees them', async () => {
  const expected = [
    'Organization.name',
    'User.name',
    'Team.name',
    'CustomRole.name',
    'Invitation.email',
    'ApiKey.name',
  ];
  const more = ['SignIn.userAgent', 'Source.name', 'Source.path', 'Event.label', 'Session.model', 'Artifact.fileName'];
  for (const name of [...expected, ...more]) assert.ok(planted.includes(name), `${name} is not among ${planted}`);
  const seen = new Set<string>();
  for (const key of ['Query.viewer', 'Query.sources', 'Query.sessions', 'Query.events', 'Query.node']) {
    const accessCase = accessCases[key] as (typeof accessCases)[string];
    for (const attempt of attemptsOf(key, accessCase)) {
      const answer = await call(
        world.server,
        attempt,
        accessCase.variables(attempt.aim(world.victim)),
        world.owner.token,
      );
      for (const found of foundIn(JSON.stringify(answer), world))
        seen.add(found.replace(/_[0-9a-f]{8}$/, '').toLowerCase());
    }
  }
  for (const name of [...expected, 'Source.name', 'Event.label']) {
    assert.ok(seen.has(`${mark}_${name.replace('.', '_')}`.toLowerCase()), `${name} is not among ${[...seen]}`);
  }
});

for (const [key, accessCase] of Object.entries(accessCases)) {
  test(`${key}, by everybody`, async () => {
    for (const attempt of attemptsOf(key, accessCase)) {
      await Promise.all(
        callers.map(async (caller) => {
          const answer = await ask(caller, key, attempt);
          note(`${attempt.label} by ${caller.name}`, answer, {
            isForeign: caller.kind !== 'member',
            wrong: wrongWith(caller, key, answer),
          });
        }),
      );
    }
    assertClean();
  });
}

/** What one has to be allowed to see each type that is not one's own. Types left out have rules of their own. */
const nodeNeeds: Record<string, Permission> = {
  Source: 'read',
  Session: 'read',
  Event: 'read',
  Artifact: 'read',
  ApiKey: 'keys:write',
  User: 'members:read',
  Membership: 'members:read',
  Team: 'members:read',
  CustomRole: 'members:read',
  RoleAssignment: 'members:read',
  Invitation: 'members:write',
};

test('node and nodes show each role and key exactly the types it may see', async () => {
  for (const type of nodeTypes) {
    const need = nodeNeeds[type];
    const id = world.victim.ids[type];
    for (const caller of callers.filter(({ kind }) => kind === 'member')) {
      // Apart: asked for in one operation, the second of two ways to the same event finds nothing.
      const one = await graphql(world.server, 'query ($id: ID!) { node(id: $id) { id } }', { id }, caller);
      const many = await graphql(world.server, 'query ($id: ID!) { nodes(ids: [$id]) { id } }', { id }, caller);
      const sees = [one.data?.node?.id === id, many.data?.nodes?.[0]?.id === id];
      // Keys were made by the user in question, and everybody sees themselves.
      const isSelf = type === 'User' && caller.scopes !== undefined;
      const isRight = !need || sees.every((each) => each === (isSelf || isGiven(caller, need)));
      note(`node of ${type} by ${caller.name}`, one.text + many.text, {
        isForeign: false,
        wrong: isRight ? null : `sees: ${sees}`,
      });
    }
  }
  assertClean();
});

test('every route, by everybody', async () => {
  const [file] = await world.sql('select "storageKey" from "Artifact" where "id" = $1::uuid', [idOf('Artifact')]);
  const guesses = { '*': String(file?.['storageKey']), ':code': 'NOT_FOUND', ':provider': 'google' };
  const body = JSON.stringify({ token: world.victim.ids['ApiKey'], organizationId: idOf('Organization'), records: [] });
  for (const { method, url } of world.server.app.routes) {
    const path = url.replaceAll(/\*|:\w+/g, (name) => guesses[name as keyof typeof guesses] ?? idOf('Organization'));
    for (const caller of callers) {
      const headers = {
        ...(caller.token && { authorization: `Bearer ${caller.token}` }),
        'content-type': 'application/json',
      };
      const hasBody = !['GET', 'HEAD'].includes(method);
      const response = await fetch(world.server.url + path, {
        ...{ method, headers, redirect: 'manual', signal: AbortSignal.timeout(30_000) },
        ...(hasBody && { body }),
      });
      const text = `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
      const isOurs = path.startsWith('/internal/') && response.status !== 401;
      note(`${method} ${url} by ${caller.name}`, text, { isForeign: true, wrong: isOurs ? 'let in' : null });
    }
  }
  assertClean();
});

test('every indirect id', async () => {
  const foreign = callers.filter(({ kind }) => kind === 'foreign');
  for (const { story, run } of indirectCases(world)) {
    for (const caller of foreign) {
      const { answer, wrong } = await run(caller);
      note(`${story} by ${caller.name}`, answer, { isForeign: true, wrong });
    }
  }
  assertClean();
});

test('nothing of the victim’s is in metrics or logs', async () => {
  const metrics = await (await fetch(`${world.server.url}/metrics`)).text();
  assert.deepEqual(foundIn(metrics, world), []);
  const texts = world.server.logs.filter((line) => line.includes(`${mark}_`));
  assert.deepEqual(texts, []);
  assert.ok(!world.server.logs.some((line) => line.includes(serviceToken)));
});

test('there were at least 500 cases, and nothing leaked', (t) => {
  t.diagnostic(`${tally.cases} cases, ${tally.leaks.length} leaks`);
  report('isolation of organizations', {
    tried: tally.cases,
    leaks: tally.leaks.length,
    'wrongly refused or let in': tally.wrong.length,
  });
  assert.ok(tally.cases >= 500, `only ${tally.cases} cases`);
  assertClean();
});

function assertClean(): void {
  assert.deepEqual(tally.leaks.slice(0, 20), []);
  assert.deepEqual(tally.wrong.slice(0, 20).join('\n'), '');
}

const idOf = (type: string) =>
  Buffer.from(world.victim.ids[type] ?? '', 'base64url')
    .toString()
    .split(':')[1] ?? '';
