import type { Options } from './command.ts';

/** What every command takes. */
export const globalOptions = {
  url: { type: 'text', value: 'URL', about: 'the server' },
  'inference-url': { type: 'text', value: 'URL', about: 'the inference sidecar' },
  json: { type: 'flag', about: 'one JSON value a line, for programs' },
  'no-color': { type: 'flag', about: 'no colours, as NO_COLOR does' },
  help: { type: 'flag', short: 'h', about: 'what it does, with examples' },
} as const satisfies Options;
