import { graphql } from '../../harness/graphql.ts';
import type { GraphqlAnswer } from '../../harness/graphql.ts';
import { accessCases } from '../access-cases.ts';
import type { Victim } from '../access-case.ts';
import { attemptsOf, call, codesOf, withoutRequestId } from './attempts.ts';
import type { Caller } from './callers.ts';
import { ghostOf } from './world.ts';
import type { World } from './world.ts';

type Outcome = { answer: unknown; wrong: string | null };
export type IndirectCase = { story: string; run: (caller: Caller) => Promise<Outcome> };

/** Ways to somebody else's that no argument names: each has to look as if there were nothing there. */
export function indirectCases(world: World): IndirectCase[] {
  return [
    ...swappedIds(world),
    ...cursors(world),
    ...batches(world),
    ...links(world),
    ...sameRequests(world),
    counts(world),
  ];
}

const asText = ({ text }: GraphqlAnswer) => text;

/** Own arguments in which one single id is the victim's: must be answered as for an id that is nobody's. */
function swappedIds({ server, victim, ownOfStranger }: World): IndirectCase[] {
  const ghosts = ghostOf(victim);
  const cases: IndirectCase[] = [];
  for (const [key, accessCase] of Object.entries(accessCases)) {
    if (accessCase.consumes || accessCase.each) continue;
    const own = accessCase.variables(ownOfStranger);
    for (const [type, id] of Object.entries(ownOfStranger.ids)) {
      if (!JSON.stringify(own).includes(id)) continue;
      const withIdOf = ({ ids }: Victim) => JSON.parse(JSON.stringify(own).replaceAll(id, ids[type] ?? '')) as object;
      for (const attempt of attemptsOf(key, accessCase)) {
        cases.push({
          story: `${key} of one’s own, with somebody else’s ${type}`,
          async run({ token }) {
            const answer = await call(server, attempt, withIdOf(victim) as Record<string, unknown>, token);
            const ghost = await call(server, attempt, withIdOf(ghosts) as Record<string, unknown>, token);
            const isSame = withoutRequestId(answer) === withoutRequestId(ghost);
            return { answer, wrong: isSame ? null : `differs from ${withoutRequestId(ghost).slice(0, 300)}` };
          },
        });
      }
    }
  }
  return cases;
}

const lists = {
  sources: 'sources',
  sessions: 'sessions',
  apiKeys: 'viewer { list: apiKeys',
  members: 'viewer { organization { list: members',
  teams: 'viewer { organization { list: teams',
  invitations: 'viewer { organization { list: invitations',
  customRoles: 'viewer { organization { list: customRoles',
};

/** A cursor taken from somebody else's list leads nowhere but into one's own. */
function cursors({ server, victim }: World): IndirectCase[] {
  const cursorOf = { sources: 'Source', sessions: 'Session', apiKeys: 'ApiKey', members: 'Membership' } as const;
  const typeBy = { ...cursorOf, teams: 'Team', invitations: 'Invitation', customRoles: 'CustomRole' } as const;
  const uuid = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
  const cases = Object.entries(lists).flatMap(([name, path]) => {
    const cursor = Buffer.from(`GPC:S:${uuid(victim.ids[typeBy[name as keyof typeof lists]] ?? '')}`).toString(
      'base64',
    );
    return [
      `after: "${cursor}"`,
      `before: "${cursor}"`,
      `first: 100, after: "${cursor}"`,
      `last: 100, before: "${cursor}"`,
    ].map((args) => ({
      story: `${name}(${args.replace(cursor, '…')}) with somebody else’s cursor`,
      async run({ token }: Caller): Promise<Outcome> {
        const closing = '}'.repeat(path.split('{').length);
        const query = `{ ${path}(${args}) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } ${closing}`;
        return { answer: asText(await graphql(server, query, {}, { token })).replaceAll(cursor, ''), wrong: null };
      },
    }));
  });
  const feed = ['0', '1', '9223372036854775807'].map((after) => ({
    story: `events after ${after}`,
    async run({ token }: Caller): Promise<Outcome> {
      const query =
        'query ($after: String) { events(first: 100, after: $after) { edges { node { id label source { name } } } } }';
      const answer = await graphql(server, query, { after }, { token });
      return { answer: asText(answer), wrong: null };
    },
  }));
  return [...cases, ...feed];
}

/** Somebody else's among one's own, and both asked for in one breath. */
function batches({ server, victim, ownOfStranger, owner }: World): IndirectCase[] {
  // The upload belongs to no source yet, so that its owner sees none either.
  const types = Object.keys(victim.ids).filter((type) => type !== 'Upload');
  return types.flatMap((type) => [
    {
      story: `nodes: one’s own ${type} beside somebody else’s`,
      async run({ token }: Caller): Promise<Outcome> {
        const ids = [ownOfStranger.ids[type], victim.ids[type], ownOfStranger.ids[type]];
        const answer = await graphql(
          server,
          'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
          { ids },
          { token },
        );
        return { answer: asText(answer), wrong: answer.data?.nodes?.[1] === null ? null : 'not nothing' };
      },
    },
    {
      story: `node of ${type} in the moment in which its owner asks for it`,
      async run({ token }: Caller): Promise<Outcome> {
        const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
        const id = victim.ids[type];
        const asked = await Promise.all(
          [owner.token, token, owner.token, token].map((each) => graphql(server, query, { id }, { token: each })),
        );
        const [theirs, mine] = [asked.filter((_, at) => at % 2 === 0), asked.filter((_, at) => at % 2 === 1)];
        const isRight =
          theirs.every(({ data }) => data?.node?.id === id) && mine.every(({ data }) => data?.node === null);
        return { answer: mine.map(asText).join(), wrong: isRight ? null : asked.map(asText).join() };
      },
    },
  ]);
}

/** A link to one's own file, bent to somebody else's. */
function links({ server, sql, victim, ownOfStranger }: World): IndirectCase[] {
  const uuid = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
  const keyOf = async (of: Victim, type: string) => {
    const [row] = await sql('select "storageKey" from "Artifact" where "id" = $1::uuid', [uuid(of.ids[type] ?? '')]);
    return String(row?.['storageKey']);
  };
  const bends: Record<string, (link: string, own: string, theirs: string) => string> = {
    'its key for theirs': (link, own, theirs) => link.replace(own, theirs),
    'its key, encoded': (link, own, theirs) => link.replace(own, encodeURIComponent(theirs)),
    'a way up': (link, own, theirs) => link.replace(own, `${own}/../../../${theirs}`),
    'no signature': (link, own, theirs) => link.replace(own, theirs).split('?')[0] ?? '',
    'two keys': (link, _own, theirs) => `${link}&key=${encodeURIComponent(theirs)}`,
  };
  return ['Artifact', 'Upload'].flatMap((type) =>
    Object.entries(bends).flatMap(([bend, of]) =>
      ['GET', 'PUT'].map((method) => ({
        story: `${method} of a link to one’s own ${type}, with ${bend}`,
        async run({ token }: Caller): Promise<Outcome> {
          const query = 'query ($id: ID!) { node(id: $id) { ... on Artifact { url } } }';
          const { data } = await graphql(server, query, { id: ownOfStranger.ids[type] }, { token });
          // Who sees no file of their own has no link to bend.
          const link: string =
            data?.node?.url ?? `${server.url}/files/${await keyOf(ownOfStranger, type)}?signature=none`;
          const bent = of(link, await keyOf(ownOfStranger, type), await keyOf(victim, type));
          const response = await fetch(bent, { method, ...(method === 'PUT' && { body: 'overwritten' }) });
          const text = await response.text();
          // The last bend changes nothing of what is signed: it may show what is one's own.
          const isRefused = response.status >= 400 || bend === 'two keys';
          return { answer: `${response.status}`, wrong: isRefused ? null : `${response.status} ${text.slice(0, 100)}` };
        },
      })),
    ),
  );
}

/** The same request, word for word and with the same keys, after its owner made it: nothing of the answer is kept. */
function sameRequests({ server, owner, victim }: World): IndirectCase[] {
  const headers = {
    'idempotency-key': 'the-very-same',
    'if-none-match': '*',
    'x-request-id': 'the-very-same-request-id',
  };
  const queries = [
    '{ viewer { user { id name email } organization { id name } } }',
    '{ sources { edges { node { id name path } } } }',
    '{ sessions { edges { node { id } } } }',
    '{ events(first: 100) { edges { node { id label } } } }',
    `{ node(id: "${victim.ids['Source']}") { ... on Source { name } } }`,
  ];
  return queries.map((query) => ({
    story: `the same request as its owner’s: ${query.slice(0, 40)}`,
    async run({ token }: Caller): Promise<Outcome> {
      await graphql(server, query, {}, { token: owner.token, headers });
      return { answer: asText(await graphql(server, query, {}, { token, headers })), wrong: null };
    },
  }));
}

/** Whatever the victim does changes no number that others can see. */
function counts({ server, owner }: World): IndirectCase {
  const query = `{ sources(first: 100) { edges { node { id fileCount } } pageInfo { hasNextPage } }
    sessions(first: 100) { edges { node { id eventCount framesRead } } pageInfo { hasNextPage } }
    events(first: 100) { edges { cursor } pageInfo { hasNextPage } }
    viewer { apiKeys(first: 100) { edges { node { id } } pageInfo { hasNextPage } } organization { plan { maxSources }
      members(first: 100) { edges { node { id } } pageInfo { hasNextPage } } teams(first: 100) { edges { node { id } } } } } }`;
  return {
    story: 'every count before and after the victim made one more',
    async run({ token }) {
      const before = await graphql(server, query, {}, { token });
      const more = `mutation { createTeam(input: { name: "${Math.random()}" }) { __typename } }`;
      await graphql(server, more, {}, owner);
      const after = await graphql(server, query, {}, { token });
      const isSame = withoutRequestId(JSON.parse(before.text)) === withoutRequestId(JSON.parse(after.text));
      const codes = codesOf(JSON.parse(after.text) as never);
      return { answer: after.text, wrong: isSame || codes.length > 0 ? null : 'a number changed' };
    },
  };
}
