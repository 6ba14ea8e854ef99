import type { Viewer } from '../domain/identity/viewer.ts';
import type { Context } from './context.ts';

/**
 * `findUnique` for a Node type: `node(id:)` bypasses the list resolvers, so the tenancy filter is applied here too.
 * Nobody sees nothing.
 */
export function findVisible<Where>(visibleTo: (viewer: Viewer) => Where) {
  return (id: string, { viewer }: Context) => ({
    id,
    AND: [viewer ? visibleTo(viewer) : ({ id: { in: [] as string[] } } as Where)],
  });
}
