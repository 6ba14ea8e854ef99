import fc from 'fast-check';

/** An operation that somebody could send. */
export type RandomOperation = {
  caller: 'owner' | 'viewer' | 'key';
  operation: string;
  variables: Record<string, unknown>;
};

/** What operations can be about: ids that are there, and one that is not. */
export type World = { sources: string[]; teams: string[]; sessions: string[]; nobody: string };

const union = '__typename ... on UserError { code }';
/** Their payloads stand alone. */
const plain = new Set(['deleteTeam', 'stopSession']);
const mutation = (name: string, input: string) =>
  `mutation ($input: ${input}!) { ${name}(input: $input) { ${plain.has(name) ? '__typename' : union} } }`;

/** Operations of all kinds, of which a good part is refused for all the reasons there are. */
export function randomOperation(world: World): fc.Arbitrary<RandomOperation> {
  const pick = (ids: readonly string[]) => fc.constantFrom(...ids, world.nobody);
  const name = fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six', 'seven', '');
  const page = fc.constantFrom(1, 5, 20, 50, 100, 101, 5_000);
  const of = (operation: string, variables: Record<string, fc.Arbitrary<unknown>> = {}) =>
    fc.record(variables).map((given) => ({ operation, variables: given }));
  const withInput = (operation: string, type: string, fields: Record<string, fc.Arbitrary<unknown>>) =>
    of(mutation(operation, type), { input: fc.record(fields) });

  const reads = fc.oneof(
    of('query ($first: Int) { sources(first: $first) { edges { node { id name } } } }', { first: page }),
    of(
      'query ($first: Int) { sessions(first: $first) { edges { node { id source { id sessions(first: $first) { edges { node { id } } } } } } } }',
      {
        first: page,
      },
    ),
    of('query ($id: ID!) { node(id: $id) { id } }', { id: fc.oneof(pick(world.sources), fc.constant('no id')) }),
    of('query ($after: String) { events(first: 5, after: $after) { edges { node { id } } } }', {
      after: fc.constantFrom(null, 'no cursor'),
    }),
    of('{ costSoFar { totalMinor } }'),
    of('{ members: viewer { organization { members(first: 5) { edges { node { id } } } } } }'),
    of('{ auditLog(first: 5) { edges { node { id } } } }'),
    of('{ nothing }'),
    of('{ sources( }'),
    of('query ($wanted: Int!) { sources(first: $wanted) { edges { node { id } } } }'),
  );
  const writes = fc.oneof(
    withInput('createTeam', 'CreateTeamInput', { name }),
    withInput('renameTeam', 'RenameTeamInput', { id: pick(world.teams), name }),
    withInput('deleteTeam', 'DeleteTeamInput', { id: pick(world.teams) }),
    withInput('createUpload', 'CreateUploadInput', {
      fileName: fc.constant('a.jpg'),
      contentType: fc.constantFrom('image/jpeg', 'text/html'),
      byteSize: fc.constantFrom(1, 1_000, 1_000_000, 0),
    }),
    withInput('startSession', 'StartSessionInput', {
      sourceId: pick(world.sources),
      pipelines: fc.constantFrom(['detect'], ['detect'], ['detect'], ['guess'], []),
    }),
    withInput('stopSession', 'StopSessionInput', { id: pick(world.sessions) }),
    withInput('changePlan', 'ChangePlanInput', {
      planCode: fc.constantFrom('pro', 'business', 'free', 'none'),
      when: fc.constantFrom('NOW', 'PERIOD_END'),
    }),
    withInput('cancelSubscription', 'CancelSubscriptionInput', { atPeriodEnd: fc.constant(true) }),
    of('mutation { resumeSubscription { __typename ... on UserError { code } } }'),
    of(
      'mutation ($input: StartSessionInput!) { a: startSession(input: $input) { __typename ... on UserError { code } } b: startSession(input: $input) { __typename ... on UserError { code } } }',
      {
        input: fc.record({ sourceId: pick(world.sources) }),
      },
    ),
  );
  return fc
    .tuple(
      fc.constantFrom('owner' as const, 'owner' as const, 'owner' as const, 'viewer' as const, 'key' as const),
      fc.oneof(reads, { arbitrary: writes, weight: 2 }),
    )
    .map(([caller, operation]) => ({ caller, ...operation }));
}
