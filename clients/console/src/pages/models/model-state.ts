import type { ListedModel } from '@sightline/core';

export type ModelState = ListedModel['versions'][number]['state'];

const order: readonly ModelState[] = ['READY', 'LOADING', 'UNLOADING', 'UNAVAILABLE'];

/** Of all its versions: that it answers counts before anything else. */
export const stateOf = ({ versions }: Pick<ListedModel, 'versions'>): ModelState =>
  order.find((each) => versions.some(({ state }) => state === each)) ?? 'UNAVAILABLE';

/** Whether it will soon be something else by itself. */
export const isBusy = ({ install, versions }: Pick<ListedModel, 'install' | 'versions'>): boolean =>
  install?.problem === null || versions.some(({ state }) => state === 'LOADING' || state === 'UNLOADING');
