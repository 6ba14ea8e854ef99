import { WebClient } from '@sightline/web/full';
import { pageConfig } from './page-config.ts';
import { languageNow } from './settings.ts';

/** The one client of the page: cookies of the server that the page came from, and everything that the SDK has. */
export const client = new WebClient({
  inferenceUrl: pageConfig.inferenceUrl ?? undefined,
  fetch: inOurLanguage,
});

/** Servers answer in the language that was chosen here, which need not be the browser's. */
function inOurLanguage(...[input, init]: Parameters<typeof globalThis.fetch>): Promise<Response> {
  const headers = new Headers(init?.headers);
  headers.set('accept-language', languageNow());
  return globalThis.fetch(input, { ...init, headers });
}

export type ConsoleClient = typeof client;
