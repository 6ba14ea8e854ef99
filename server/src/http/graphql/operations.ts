import type { Locale } from '@sightline/db/client';
import { createSourceEventStream, execute } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { describeError } from '../../errors/describe.ts';
import { logError } from '../../errors/log-error.ts';
import { RequestRefusedError } from '../../errors/request-errors.ts';
import { toGraphqlError } from '../../errors/to-graphql.ts';
import { cursorIn, shareableIn } from '../../graphql/live-stream.ts';
import { Progress } from '../../shared-source.ts';
import { createFanOut } from './fan-out/fan-out.ts';
import type { Sink } from './fan-out/group.ts';
import { createShareRule } from './fan-out/share-rule.ts';
import { createDocuments, DocumentInvalidError } from './documents.ts';
import type { Operation } from './documents.ts';
import { admit, runGuarded } from './guards.ts';
import type { Call, Guard } from './guards.ts';
import type { Exchange } from './exchange.ts';
import type { KnownDocuments } from './known-documents.ts';
import type { GraphqlLimits } from './limits.ts';
import type { GraphqlMetrics, Outcome } from './metrics.ts';
import { createResultStream, withCursor } from './result-stream.ts';
import type { ResultStream } from './result-stream.ts';
import { requireModestVariables } from './variables.ts';

export type Params = {
  /** The document; empty when `documentId` names it. */
  query: string;
  /** Of a document that this server knows: `sha256:` and the digest of its text. */
  documentId?: string | undefined;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
  /** By which a mutation that is sent again is known. */
  idempotencyKey?: string | undefined;
};
/** What goes over the wire, errors already mapped. Without `data` the request was refused before anything ran. */
export type Result = { data?: unknown; errors?: GraphQLFormattedError[]; extensions?: Record<string, unknown> };
export type Prepared = {
  operation: Operation;
  /** The document's text. */
  query: string;
  variables: Record<string, unknown>;
  idempotencyKey: string | null;
  cost: number;
  startedAt: number;
};
/** To whom errors are told. */
export type Asker = { readonly requestId: string; readonly locale: Locale };
export type Operations<TContext extends object> = ReturnType<typeof createOperations<TContext>>;

type Deps = {
  schema: GraphQLSchema;
  limits: GraphqlLimits;
  allowIntrospection: boolean;
  knownDocuments: KnownDocuments | null;
  hideSuggestions: boolean;
  canCompile: (document: DocumentNode) => boolean;
  log: Logger;
  metrics: GraphqlMetrics;
};

/** Runs what an operation does with everything that goes by whom it is for, such as what the database shows. */
export type Within<TContext> = <Result>(context: TContext, work: () => Result) => Result;

/** Checks and runs operations; every transport goes through here, so limits and errors are the same on all. */
export function createOperations<TContext extends object>({
  metrics,
  log,
  hideSuggestions,
  within,
  guards = [],
  ...deps
}: Deps & { within: Within<TContext>; guards?: readonly Guard<TContext>[] | undefined }) {
  const { schema, limits } = deps;
  const documents = createDocuments(deps);
  const fanOut = createFanOut({ windowMs: limits.coalesceMs, metrics });
  const shareKeyOf = createShareRule(schema);
  const deadline = new RequestRefusedError(
    'DEADLINE_EXCEEDED',
    `This took longer than ${limits.executionTimeoutMs} ms.`,
  );

  /** Decides everything that can be decided before something runs. Throws what `refuse` turns into a result. */
  function prepare({ variables = {}, idempotencyKey = undefined, ...asked }: Params): Prepared {
    const startedAt = performance.now();
    requireModestVariables(variables, limits);
    const { operation, query } = documents.prepare(asked);
    const cost = operation.costOf(variables);
    return { operation, query, variables, idempotencyKey: idempotencyKey ?? null, cost, startedAt };
  }

  /** The answer to a request that never ran. */
  function refuse(error: unknown, asker: Asker, prepared?: Prepared): Result {
    const errors = error instanceof DocumentInvalidError ? error.errors : [error];
    const mapped = mapErrors(errors, asker, prepared?.operation.name);
    const outcome = describeError(error).ours && !(error instanceof DocumentInvalidError) ? 'failed' : 'refused';
    const { operation, startedAt } = prepared ?? {};
    metrics.observe(
      operation?.name,
      operation?.type ?? 'unknown',
      outcome,
      startedAt ? performance.now() - startedAt : 0,
    );
    return { errors: mapped };
  }

  /** Runs a query or mutation. Never throws, never takes longer than the deadline. */
  function run(prepared: Prepared, context: TContext, from: Asker | Exchange): Result | Promise<Result> {
    const asker = inOwnLanguage(from, context);
    const runFinished = () => {
      const result = runNow(prepared, undefined, context);
      if (!(result instanceof Promise)) return finish(prepared, result, asker);
      return withDeadline(result).then((value) => finish(prepared, value, asker));
    };
    try {
      const result = within(context, () => runGuarded(guards, callOf(prepared, context, from), runFinished));
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => refuse(error, asker, prepared));
    } catch (error) {
      return refuse(error, asker, prepared);
    }
  }

  function callOf(prepared: Prepared, context: TContext, from: Asker | Exchange): Call<TContext> {
    return { context, prepared, exchange: 'headers' in from ? from : null };
  }

  function runNow({ operation, variables }: Prepared, rootValue: unknown, contextValue: TContext) {
    const compiled = operation.type === 'subscription' ? null : operation.compiled();
    if (compiled) {
      const result = compiled.query({}, contextValue, variables) as ExecutionResult | Promise<ExecutionResult>;
      // Without data the variables were refused and nothing ran: let the interpreter say so, in its words.
      if (result instanceof Promise || result.data !== undefined) return result;
    }
    const { document, name: operationName } = operation;
    return execute({ schema, document, rootValue, contextValue, variableValues: variables, operationName });
  }

  /**
   * Starts a subscription. A result instead of a stream means that it was refused. With a `sink`, what others are told in
   * the same words goes straight there while the stream waits, and only the rest comes out of it. Never throws.
   */
  async function subscribe(
    prepared: Prepared,
    context: TContext,
    from: Asker | Exchange,
    sink?: Sink,
  ): Promise<ResultStream | Result> {
    const asker = inOwnLanguage(from, context);
    const { operation, variables } = prepared;
    const { document, name: operationName } = operation;
    try {
      const args = { schema, document, contextValue: context, variableValues: variables, operationName };
      const source = await within(context, async () => {
        await admit(guards, callOf(prepared, context, from));
        return createSourceEventStream(args);
      });
      if (!(Symbol.asyncIterator in source)) return finish(prepared, source, asker);
      if (sink) share(source, sink, prepared, context);
      metrics.subscriptions.inc();
      return createResultStream(pulledWithin(source, context), {
        // What plugins cache, they cache by context: a fresh one for each event keeps answers from growing stale.
        map: async (event) => {
          const cursor = cursorIn(source, event);
          if (event instanceof Progress) return withCursor({}, cursor);
          const running = { ...prepared, startedAt: performance.now() };
          const result = await within(context, () => runNow(prepared, event, { ...context }));
          return withCursor(finish(running, result, asker), cursor);
        },
        fail: (error) => refuse(error, asker, prepared),
        onEnd: () => metrics.subscriptions.dec(),
      });
    } catch (error) {
      return refuse(error, asker, prepared);
    }
  }

  function share(source: object, sink: Sink, prepared: Prepared, context: TContext): void {
    const shareable = shareableIn(source);
    const key = shareable && shareKeyOf(prepared);
    if (!shareable || key === null) return;
    fanOut.share(shareable, key, {
      sink,
      within: (work) => within(context, work),
      async render(item) {
        const running = { ...prepared, startedAt: performance.now() };
        const result = await runNow(prepared, item, { ...context });
        return result.errors ? null : JSON.stringify(finish(running, result, noAsker));
      },
    });
  }

  /** A generator goes on in the surroundings of whoever asks it for more, which would be nobody's. */
  function pulledWithin(source: AsyncIterable<unknown>, context: TContext): AsyncIterable<unknown> {
    const items = source[Symbol.asyncIterator]();
    const pulled: AsyncIterableIterator<unknown> = {
      next: () => within(context, () => items.next()),
      return: () => items.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]: () => pulled,
    };
    return pulled;
  }

  function finish({ operation, cost, startedAt }: Prepared, result: ExecutionResult, asker: Asker): Result {
    let outcome: Outcome = 'ok';
    const finished: Result = {};
    if (result.errors) {
      outcome = result.errors.some((error) => describeError(error).ours) ? 'failed' : 'refused';
      finished.errors = mapErrors(result.errors, asker, operation.name);
    }
    if (result.data !== undefined) finished.data = result.data;
    finished.extensions = { cost };
    metrics.observe(operation.name, operation.type, outcome, performance.now() - startedAt);
    return finished;
  }

  function mapErrors(errors: readonly unknown[], { requestId, locale }: Asker, operation: string | undefined) {
    return errors.map((error) => {
      logError(log, error, { requestId, operation });
      const mapped = toGraphqlError(error, requestId, locale).toJSON();
      metrics.errors.inc({ code: String(mapped.extensions?.code) });
      // Suggestions would spell out a schema that introspection hides.
      return hideSuggestions ? { ...mapped, message: mapped.message.replace(/ ?Did you mean .*\?$/, '') } : mapped;
    });
  }

  function withDeadline(result: Promise<ExecutionResult>): Promise<ExecutionResult> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(deadline), limits.executionTimeoutMs);
      result.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  return { prepare, refuse, run, subscribe };
}

/** Nobody is told of a result without errors. */
const noAsker: Asker = { requestId: '', locale: 'EN' };

/** The language that a person chose goes before the one their program asks for. */
function inOwnLanguage({ requestId, locale }: Asker, context: object): Asker {
  return { requestId, locale: 'locale' in context ? (context.locale as Locale) : locale };
}
