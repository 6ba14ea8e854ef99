import { OneTransaction, withinTransaction } from '@sightline/db/one-transaction';
import { createSourceEventStream, execute, Kind } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Pool } from 'pg';
import type { Rehearsed } from '../../domain/estimate/estimate.ts';
import { isRehearsable } from '../../domain/estimate/rehearsable.ts';
import { mayWorkAsSql } from '../../domain/idempotency/idempotency.queries.ts';
import type { Calls } from '../../domain/rates/rate-rules.ts';
import type { Context } from '../../graphql/context.ts';
import { RehearsalEndedError } from '../../graphql/rehearsal-plugin.ts';
import type { Rehearsals } from '../../graphql/rehearsals.ts';
import { callsOf } from '../limits.ts';
import { createDocuments, DocumentInvalidError } from './documents.ts';
import type { Operation } from './documents.ts';
import type { KnownDocuments } from './known-documents.ts';
import { defaultGraphqlLimits } from './limits.ts';
import { requireModestVariables } from './variables.ts';

type Read = { operation: Operation; variables: Record<string, unknown>; calls: Calls };

type Deps = {
  schema: GraphQLSchema;
  allowIntrospection: boolean;
  knownDocuments: KnownDocuments | null;
  /** Connections for requests that hold one until they have their answer. */
  pool: Pool;
  /** As whom statements of organizations run; where such a connection may not work as it, mutations are looked at, not run. */
  tenantRole: string | null;
};

/**
 * Tries operations out: the same checks, the same resolvers, then everything is taken back. Nothing of it is answered but
 * why it would have been refused, so that it tells nobody more than the operation itself.
 */
export function createRehearsals({ pool, tenantRole, ...deps }: Deps): Rehearsals {
  const { schema } = deps;
  const limits = defaultGraphqlLimits;
  // A cache of its own: what is only estimated pushes out nothing that is used.
  const documents = createDocuments({ ...deps, limits, canCompile: () => false });

  let may: Promise<boolean> | null = null;

  function canRun(): Promise<boolean> {
    may ??= mayWorkAs(pool, tenantRole).catch((error: unknown) => {
      may = null;
      throw error;
    });
    return may;
  }

  /** Runs `work` in a transaction, looks at what it did, and takes it back. */
  async function takenBack<Seen>(work: () => Promise<void>, look: () => Promise<Seen>): Promise<Seen> {
    const transaction = await OneTransaction.begin(pool);
    try {
      return await withinTransaction(transaction, async () => {
        await work();
        return look();
      });
    } finally {
      await transaction.rollback();
    }
  }

  /** Adds to `thrown` what refuses it. */
  async function tryOut(context: Context, { operation, variables }: Read, isWhole: boolean, thrown: unknown[]) {
    const rehearsal = { thrown, runs: (field: string) => isWhole || isHarmless(field) };
    // Each root field by itself where they are not run: one that ends must not hide the next.
    const parts = isWhole ? [operation.document] : eachRootField(operation.document, operation.name);
    for (const document of parts) {
      const contextValue: Context = { ...context, rehearsal };
      const args = { schema, document, contextValue, variableValues: variables, operationName: operation.name };
      const answer = operation.type === 'subscription' ? await createSourceEventStream(args) : await execute(args);
      if (Symbol.asyncIterator in answer) continue;
      for (const error of answer.errors ?? []) {
        const { originalError = error } = error;
        if (originalError instanceof RehearsalEndedError || thrown.includes(originalError)) continue;
        thrown.push(error);
      }
    }
  }

  async function run<Seen>(context: Context, script: Read, look: () => Promise<Seen>): Promise<Rehearsed<Seen>> {
    const errors: unknown[] = [];
    const fields = [...script.calls.keys()].filter((name) => name !== 'graphql');
    if (script.operation.type !== 'mutation') {
      const isRehearsed = fields.every(isHarmless);
      await tryOut(context, script, isRehearsed, errors);
      return { errors, isRehearsed, seen: await look() };
    }
    const isRehearsed = fields.every((name) => isRehearsable(name.slice('Mutation.'.length))) && (await canRun());
    const attempt = () => tryOut(context, script, isRehearsed, errors);
    if (isRehearsed) return { errors, isRehearsed, seen: await takenBack(attempt, look) };
    await attempt();
    return { errors, isRehearsed, seen: await look() };
  }

  return {
    read({ query, operationName, variables }) {
      try {
        requireModestVariables(variables, limits);
        const { operation } = documents.prepare({ query, operationName });
        const read = { operation, variables, calls: callsOf({ operation }) };
        return {
          queryCost: operation.costOf(variables),
          calls: read.calls,
          run: (context, look) => run(context, read, look),
        };
      } catch (error) {
        return { errors: error instanceof DocumentInvalidError ? [...error.errors] : [error] };
      }
    },
  };
}

async function mayWorkAs(pool: Pool, role: string | null): Promise<boolean> {
  if (role === null) return true;
  const { rows } = await pool.query<{ may: boolean }>(mayWorkAsSql, [role]);
  return rows[0]?.may ?? false;
}

/** Reads change nothing; an estimate within an estimate has no end. */
const isHarmless = (field: string) => field.startsWith('Query.') && !field.startsWith('Query.estimate');

/** The document once for each thing its operation selects at the root. */
function eachRootField(document: DocumentNode, name: string | undefined): DocumentNode[] {
  const isOperation = (node: DocumentNode['definitions'][number]): node is OperationDefinitionNode =>
    node.kind === Kind.OPERATION_DEFINITION && (name === undefined || node.name?.value === name);
  const operation = document.definitions.find(isOperation);
  if (!operation) return [document];
  return operation.selectionSet.selections.map((selection) => ({
    ...document,
    definitions: document.definitions.map((node) =>
      node === operation
        ? { ...operation, selectionSet: { ...operation.selectionSet, selections: [selection] } }
        : node,
    ),
  }));
}
