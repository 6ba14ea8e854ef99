import type { Event } from '@sightline/core';

/** An event as every command gives it: live ones also say what they are in the graph. */
export function plainEvent(event: Event): Event {
  const { __typename: _graph, ...plain } = event as Event & { __typename?: string };
  return plain;
}
