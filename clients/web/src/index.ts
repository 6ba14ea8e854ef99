// The public entry, and the only barrel: what is not named here may change at any time.
export { WebClient } from './web-client.ts';
export type { WebClientOptions } from './web-client.ts';
