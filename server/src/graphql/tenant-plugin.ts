import SchemaBuilder, { BasePlugin } from '@pothos/core';
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Viewer } from '../domain/identity/viewer.ts';
import { continueIn } from '../tenancy.ts';
import type { Context } from './context.ts';

declare global {
  // Pothos learns of plugins by merging into this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      tenant: TenantPlugin<Types>;
    }
  }
}

export const tenantPlugin = 'tenant';

/**
 * Keeps the organization that the database shows in step with who asks. A mutation that signs somebody in answers a
 * `Viewer` of an organization that nobody had named before; what hangs below is read there. The next mutation of the
 * same document, which runs after it, is again the caller's.
 */
class TenantPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { type, kind, parentType }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (kind === 'Mutation') {
      return (parent, args, context, info) => {
        const { viewer } = context as Context;
        continueIn(viewer?.organizationId ?? null, viewer?.clockOffsetMs);
        return resolver(parent, args, context, info);
      };
    }
    const isViewer = type.kind === 'Object' && this.buildCache.getTypeConfig(type.ref).name === 'Viewer';
    if (!isViewer || parentType === 'Query') return resolver;
    return async (parent, args, context, info) => {
      const viewer = (await resolver(parent, args, context, info)) as Viewer | null;
      if (viewer) continueIn(viewer.organizationId, viewer.clockOffsetMs);
      return viewer;
    };
  }
}

SchemaBuilder.registerPlugin(tenantPlugin, TenantPlugin);
