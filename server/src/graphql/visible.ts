import type { Viewer } from '../domain/identity/viewer.ts';
import type { Context } from './context.ts';

/**
 * `findUnique` for a Node type: `node(id:)` bypasses the list resolvers, so the tenancy filter is applied here too.
 * Nobody sees nothing.
 */
export function findVisible<Where>(visibleTo: (viewer: Viewer) => Where) {
  return (id: string, { viewer }: Context) => ({
    id,
    AND: [whereVisible(visibleTo, viewer)],
  });
}

/** The tenancy filter for a field below a type: nobody sees nothing. */
export function whereVisible<Where>(visibleTo: (viewer: Viewer) => Where, viewer: Viewer | null): Where {
  return viewer ? visibleTo(viewer) : ({ id: { in: [] as string[] } } as Where);
}
