import SchemaBuilder, { BasePlugin } from '@pothos/core';
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { proofOf } from '../domain/identity/mutation-proofs.ts';
import type { Context } from './context.ts';

declare global {
  // Pothos learns of plugins by merging into this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      proof: ProofPlugin<Types>;
    }
  }
}

export const proofPlugin = 'proof';

/**
 * Asks for a fresh proof wherever `mutation-proofs.ts` says so, once it is known that the caller may do it at all. Throws
 * while the schema is built for a mutation of which it says nothing.
 */
class ProofPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { kind, name }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (kind !== 'Mutation') return resolver;
    const proof = proofOf(name);
    if (proof === null) throw new Error(`Say in mutation-proofs.ts how sure ${name} has to be of who asks.`);
    if (proof !== 'fresh') return resolver;
    return (parent, args, context, info) => {
      const { viewer, services } = context as Context;
      if (viewer) services.requireProof(viewer);
      return resolver(parent, args, context, info);
    };
  }
}

SchemaBuilder.registerPlugin(proofPlugin, ProofPlugin);
