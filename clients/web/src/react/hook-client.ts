import type { BaseClient } from '@sightline/core';

/** What the hooks need of a client: any of ours has it. */
export type HookClient = Pick<BaseClient<unknown>, 'events' | 'graphql' | 'subscribe'> & {
  onViewerChange?(listener: () => void): () => void;
};
