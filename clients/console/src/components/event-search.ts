import type { EventFilter, EventType } from '@sightline/core';

export const eventTypes = [
  'OBJECT_ENTERED',
  'OBJECT_UPDATED',
  'OBJECT_LEFT',
  'SESSION_STARTED',
  'SESSION_ENDED',
] as const satisfies readonly EventType[];

/** What of the events is looked at, as it stands in the address: several of a kind are separated by commas. */
export type EventSearch = {
  readonly sources?: string | undefined;
  readonly labels?: string | undefined;
  readonly types?: string | undefined;
  /** In per cent, at least. */
  readonly confidence?: number | undefined;
};

/** Kinds of which several may be chosen. */
export type EventFacet = 'sources' | 'labels' | 'types';

const isType = (text: string): text is EventType => (eventTypes as readonly string[]).includes(text);

/** Parts of a list in an address; a label may have a comma in it, which stands there as `%2C`. */
export const readChosen = (text: string | undefined): readonly string[] =>
  text ? text.split(',').map((part) => part.replaceAll('%2C', ',').replaceAll('%25', '%')) : [];

export const writeChosen = (chosen: readonly string[]): string | undefined =>
  chosen.length > 0 ? chosen.map((part) => part.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',') : undefined;

/** What somebody wrote into an address, without what means nothing. */
export function readEventSearch(search: Readonly<Record<string, unknown>>): EventSearch {
  const { sources, labels, types, confidence } = search;
  const known = typeof types === 'string' ? writeChosen(readChosen(types).filter(isType)) : undefined;
  const percent = typeof confidence === 'number' ? Math.round(confidence) : 0;
  return {
    ...(typeof sources === 'string' && sources && { sources }),
    // The router reads a label that looks like a number as one.
    ...((typeof labels === 'string' || typeof labels === 'number') && labels !== '' && { labels: String(labels) }),
    ...(known && { types: known }),
    ...(percent > 0 && percent <= 100 && { confidence: percent }),
  };
}

/** The search with one of a facet switched over. */
export function toggleChosen<S extends EventSearch>(search: S, facet: EventFacet, value: string): S {
  const chosen = readChosen(search[facet]);
  const next = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value];
  return withoutNothing({ ...search, [facet]: writeChosen(next) });
}

/** Without what is undefined, so that the address shows only what was chosen. */
export const withoutNothing = <S extends object>(search: S): S =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== '')) as S;

/** For the graph; undefined where everything passes. */
export function filterOfSearch({ sources, labels, types, confidence }: EventSearch): EventFilter | undefined {
  const filter: EventFilter = {
    ...(sources && { sourceIds: readChosen(sources) }),
    ...(labels && { labels: readChosen(labels) }),
    ...(types && { types: readChosen(types).filter(isType) }),
    ...(confidence !== undefined && { minConfidence: confidence / 100 }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
