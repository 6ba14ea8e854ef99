import SchemaBuilder, { BasePlugin } from '@pothos/core';
import type { PothosOutputFieldConfig, SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { encodeGlobalId } from './global-id.ts';

declare global {
  // Pothos learns of plugins by merging into this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      nodeId: NodeIdPlugin<Types>;
    }
  }
}

export const nodeIdPlugin = 'nodeId';

/**
 * Gives the id of a Node at once. The relay plugin makes a promise for each, and a page of events with what they point
 * to has two hundred of them: a third of what resolving the page costs.
 */
class NodeIdPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { name, parentType }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (name !== 'id' || !this.isNode(parentType)) return resolver;
    return (parent, args, context, info) => {
      const { id } = parent as { id?: unknown };
      return typeof id === 'string' ? encodeGlobalId(parentType, id) : resolver(parent, args, context, info);
    };
  }

  private isNode(typeName: string): boolean {
    const type = this.buildCache.getTypeConfig(typeName);
    if (type.kind !== 'Object') return false;
    return type.interfaces.some((implemented) => this.buildCache.getTypeConfig(implemented).name === 'Node');
  }
}

SchemaBuilder.registerPlugin(nodeIdPlugin, NodeIdPlugin);
