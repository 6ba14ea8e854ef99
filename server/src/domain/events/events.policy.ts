import { canWithSource, sourceIdsFor } from '../identity/access.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { EventFilter } from './event-filter.ts';

/** The tenancy filter. Every read of events goes through it: they are read by statements of our own, which take both. */
export function eventsVisibleTo(viewer: Viewer, asked: EventFilter): { organizationId: string; filter: EventFilter } {
  const { organizationId } = viewer;
  const visible = sourceIdsFor(viewer, 'read');
  if (visible === null) return { organizationId, filter: asked };
  const sourceIds = asked.sourceIds ? visible.filter((id) => asked.sourceIds?.includes(id)) : visible;
  return { organizationId, filter: { ...asked, sourceIds } };
}

/** The same for an event that is there already. */
export function isEventVisible(viewer: Viewer, event: { organizationId: string; sourceId: string }): boolean {
  return event.organizationId === viewer.organizationId && canWithSource(viewer, 'read', event.sourceId);
}
