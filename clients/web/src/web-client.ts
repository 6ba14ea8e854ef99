import { Client } from '@sightline/core';
import type { ClientOptions } from '@sightline/core';

export type WebClientOptions = Omit<ClientOptions, 'apiKey' | 'allowApiKeyInBrowser'>;

/** A client for a page: it speaks to the server that the page came from unless `baseUrl` says another. Throws ConfigurationError. */
export class WebClient extends Client {
  constructor({ baseUrl = globalThis.location?.origin, ...options }: WebClientOptions = {}) {
    super({ baseUrl, ...options });
  }
}
