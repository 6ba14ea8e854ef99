import SchemaBuilder, { BasePlugin } from '@pothos/core';
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Context } from './context.ts';

declare global {
  // Pothos learns of plugins by merging into this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      rehearsal: RehearsalPlugin<Types>;
    }
  }
}

export const rehearsalPlugin = 'rehearsal';

/** An operation that is tried out, to be taken back. */
export type Rehearsal = {
  /** Whether a root field such as `Mutation.startSession` may run; else it ends where its resolver would begin. */
  runs(field: string): boolean;
  /** What root fields threw, also what their result unions say. */
  readonly thrown: unknown[];
};

/** Where a root field ended that is not run. Everything that is asked before its resolver has said yes. */
export class RehearsalEndedError extends Error {
  override readonly name = 'RehearsalEndedError';
}

/** Innermost: who asks, whether they may, and whether what they give is valid has been asked by then. */
class RehearsalPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (config.kind !== 'Query' && config.kind !== 'Mutation') return resolver;
    const field = `${config.kind}.${config.name}`;
    return (parent, args, context, info) => {
      const { rehearsal } = context as Context;
      if (!rehearsal) return resolver(parent, args, context, info);
      return rehearse(rehearsal, field, () => resolver(parent, args, context, info));
    };
  }

  override wrapSubscribe(
    subscribe: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    { name }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    if (!subscribe) return subscribe;
    return (parent, args, context, info) => {
      const { rehearsal } = context as Context;
      if (!rehearsal) return subscribe(parent, args, context, info);
      return rehearse(rehearsal, `Subscription.${name}`, () => subscribe(parent, args, context, info));
    };
  }
}

async function rehearse(rehearsal: Rehearsal, field: string, work: () => unknown): Promise<unknown> {
  if (!rehearsal.runs(field)) throw new RehearsalEndedError(field);
  try {
    return await work();
  } catch (error) {
    rehearsal.thrown.push(error);
    throw error;
  }
}

SchemaBuilder.registerPlugin(rehearsalPlugin, RehearsalPlugin);
