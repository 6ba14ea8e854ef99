/** How programs begin, for the server that shows the page. Keys are read from where programs keep them. */
export const snippetsOf = (origin: string): { curl: string; sdk: string; follow: string } => ({
  curl: [
    `curl ${origin}/graphql \\`,
    '  -H "authorization: Bearer $SIGHTLINE_API_KEY" \\',
    "  -H 'content-type: application/json' \\",
    `  -d '{"query":"{ viewer { organization { name } } }"}'`,
  ].join('\n'),
  sdk: [
    "import { Client } from '@sightline/core';",
    '',
    'const client = new Client({',
    `  baseUrl: '${origin}',`,
    '  apiKey: process.env.SIGHTLINE_API_KEY,',
    '});',
    'for await (const source of client.sources.list()) {',
    '  console.log(source.name);',
    '}',
  ].join('\n'),
  follow: [
    'for await (const item of client.events.subscribe()) {',
    "  if (item.kind === 'event') console.log(item.event.label);",
    '}',
  ].join('\n'),
});
