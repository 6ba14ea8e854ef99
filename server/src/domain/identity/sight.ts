import type { Viewer } from './viewer.ts';

/**
 * What a viewer may do, as text: viewers with the same text are shown the same, but for what is about themselves. Programs
 * and people are never taken for each other.
 */
export function sightOf(viewer: Viewer): string {
  const { organizationId, clockOffsetMs, role, permissions, sourcePermissions, apiKeyId } = viewer;
  const onSources = [...sourcePermissions].map(([id, given]) => [id, [...given].toSorted()] as const);
  return JSON.stringify([
    organizationId,
    clockOffsetMs ?? null,
    role,
    apiKeyId === null ? 'person' : 'key',
    [...permissions].toSorted(),
    onSources.toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}
