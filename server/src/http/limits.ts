import { getOperationAST, Kind } from 'graphql';
import type { DocumentNode, SelectionSetNode } from 'graphql';
import type { FastifyInstance } from 'fastify';
import type { Calls } from '../domain/rates/rate-rules.ts';
import type { Budget, RatesService } from '../domain/rates/rates.service.ts';
import type { Viewer } from '../domain/identity/viewer.ts';
import type { ClientAddress } from './client-address.ts';
import type { Guard } from './graphql/guards.ts';
import type { Prepared, Result } from './graphql/operations.ts';

type Asking = { readonly viewer: Viewer | null; readonly address: string | null };

const typeNames = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/**
 * Counts every operation against the limits of its caller, on every transport: each root field as often as it is
 * selected, whatever its aliases, so that one document of fifty is fifty calls; and what it costs, of which the answer
 * says how much is left. Throws RATE_LIMITED, and QUERY_TOO_COMPLEX for what the plan finds too dear.
 */
export function createRateGuard({ rates }: { rates: RatesService }): Guard<Asking> {
  const budgets = new WeakMap<object, Budget>();
  return {
    async admit(call) {
      const { viewer, address } = call.context;
      const { prepared, exchange } = call;
      const { headers, refusal, budget } = await rates.charge(viewer, callsOf(prepared), address, prepared.cost);
      if (exchange) Object.assign(exchange.headers, headers);
      if (refusal) throw refusal;
      if (budget) budgets.set(call, budget);
    },
    around(call, run) {
      const budget = budgets.get(call);
      const result = run();
      if (!budget) return result;
      return result instanceof Promise ? result.then((value) => withBudget(value, budget)) : withBudget(result, budget);
    },
  };
}

const withBudget = (result: Result, budget: Budget): Result => ({
  ...result,
  extensions: { ...result.extensions, budget },
});

/** By document and name: what an operation selects at its root depends on nothing else. */
const known = new WeakMap<DocumentNode, Map<string | undefined, Calls>>();

/** How often an operation calls which root field. `@skip` and `@include` are taken for not being there. */
export function callsOf({ operation: { document, name, type } }: Pick<Prepared, 'operation'>): Calls {
  const ofDocument = known.get(document) ?? new Map<string | undefined, Calls>();
  known.set(document, ofDocument);
  const before = ofDocument.get(name);
  if (before) return before;
  const calls = new Map<string, number>();
  const node = getOperationAST(document, name);
  if (node) countFields(document, node.selectionSet, typeNames[type], calls);
  let total = 0;
  for (const count of calls.values()) total += count;
  calls.set('graphql', Math.max(1, total));
  ofDocument.set(name, calls);
  return calls;
}

/** Documents are of modest size and without circles by now; fragments are spread out like everywhere. */
function countFields(
  document: DocumentNode,
  { selections }: SelectionSetNode,
  type: string,
  calls: Map<string, number>,
) {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = selection.name.value;
      // Answered from the schema, or nothing at all.
      if (name.startsWith('__')) continue;
      calls.set(`${type}.${name}`, (calls.get(`${type}.${name}`) ?? 0) + 1);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : document.definitions.find(
            (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
          );
    if (fragment && 'selectionSet' in fragment && fragment.selectionSet) {
      countFields(document, fragment.selectionSet, type, calls);
    }
  }
}

const restCalls: Calls = new Map([['rest', 1]]);
/** Of our own processes, and of whoever watches that we live. */
const uncounted = /^\/(internal|health|metrics)(\/|$|\?)/;

/** Counts REST calls by the network they come from: most of them are of nobody in particular. */
export function limitRest({ rates, clientAddress }: { rates: RatesService; clientAddress: ClientAddress }) {
  return (app: FastifyInstance): void => {
    app.addHook('onRequest', async (request, reply) => {
      if (uncounted.test(request.url)) return;
      const address = clientAddress({
        headers: request.headers,
        remoteAddress: request.raw.socket.remoteAddress ?? null,
      });
      const { headers, refusal } = await rates.charge(null, restCalls, address);
      void reply.headers(headers);
      if (refusal) throw refusal;
    });
  };
}
