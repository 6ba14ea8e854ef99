import { schema } from '@sightline/server/graphql/schema';
import { isInterfaceType } from 'graphql';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { operationFor } from '../../harness/selection.ts';
import { subscribe } from '../../harness/subscribe.ts';
import type { AccessCase, Victim } from '../access-case.ts';

const nodeInterface = schema.getType('Node');
export const nodeTypes = isInterfaceType(nodeInterface)
  ? schema.getPossibleTypes(nodeInterface).map(({ name }) => name)
  : [];

export const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
  (root) => root != null,
);
type Root = (typeof roots)[number];

export type Attempt = { root: Root; operation: string; aim: (at: Victim) => Victim; label: string };

/** The operations of a case; a field that answers an interface is tried once for each type behind it. */
export function attemptsOf(key: string, { each }: AccessCase): Attempt[] {
  const [rootName, fieldName = ''] = key.split('.');
  const root = roots.find(({ name }) => name === rootName);
  if (!root) throw new Error(`There is no ${rootName}`);
  if (each !== 'Node') return [{ root, operation: operationFor(schema, root, fieldName), aim: (at) => at, label: key }];
  return nodeTypes.map((type) => ({
    root,
    operation: operationFor(schema, root, fieldName, type),
    aim: (at) => ({ ...at, ids: { ...at.ids, '*': at.ids[type] ?? '' } }),
    label: `${key} of ${type}`,
  }));
}

export type Told = { data?: Answer; errors?: { extensions?: Record<string, unknown> }[] };

/** A subscription that may start says nothing until something happens: that much silence is its answer. */
const silenceMs = 2_000;
/** For who has to be refused: that is told, however long a busy machine takes. */
export const patientMs = 30_000;

/** What a caller gets: the answer, or the first thing a subscription says. */
export async function call(
  server: { url: string },
  { root, operation }: Pick<Attempt, 'root' | 'operation'>,
  variables: Record<string, unknown>,
  token: string | null,
  waitMs = silenceMs,
): Promise<Told> {
  if (root.name !== 'Subscription') return JSON.parse((await graphql(server, operation, variables, { token })).text);
  const signal = AbortSignal.timeout(waitMs);
  try {
    for await (const said of subscribe(server, operation, variables, { token, signal })) return said;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return {};
}

export const codesOf = ({ errors }: Told) => (errors ?? []).map(({ extensions }) => extensions?.['code']);

/** Without what differs between two answers that say the same: their ids, and how much is left of a minute. */
export const withoutRequestId = (answer: unknown) =>
  JSON.stringify(answer)
    .replaceAll(/"requestId":"[^"]*"/g, '')
    .replaceAll(/"budget":\{[^{}]*\}/g, '')
    .replaceAll(/"left":\d+,("limit":\d+,"name":"cost"),"resetsAt":"[^"]*"/g, '$1');
