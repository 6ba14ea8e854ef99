import { WebClient } from '@sightline/web/full';
import { pageConfig } from './page-config.ts';

/** The one client of the page: cookies of the server that the page came from, and everything that the SDK has. */
export const client = new WebClient({ inferenceUrl: pageConfig.inferenceUrl ?? undefined });

export type ConsoleClient = typeof client;
