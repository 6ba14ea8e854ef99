import { defaults } from 'sightline/defaults';
import { demoLogin } from '@sightline/db/seed';
import type { Addresses } from './environment.ts';

type Facts = { addresses: Addresses; dataDir: string; databaseUrl: string | null; hasDemo: boolean; servers: number };

/** What a person can do now. */
export function welcome({ addresses, dataDir, databaseUrl, hasDemo, servers }: Facts): string {
  const rows: [string, string][] = [
    ['Console', `${addresses.server}   in a browser`],
    ['GraphQL', `${addresses.server}/graphql   (HTTP, WebSocket and SSE)`],
    ['GraphiQL', `${addresses.server}/graphql   in a browser`],
    ['Inference', `${addresses.inference}/docs`],
    ['Health', `${addresses.server}/health/ready   ${addresses.inference}/health/ready`],
    ...(hasDemo ? ([['Demo login', `${demoLogin.email}   ${demoLogin.password}`]] as [string, string][]) : []),
    ['Data', databaseUrl ? `${dataDir}, database of DATABASE_URL` : dataDir],
    ['Next', hasDemo ? demoCommand(addresses.server) : 'sign up in GraphiQL; npm run db -- seed makes the demo login'],
    ...(servers > 1
      ? ([['Servers', `${servers} behind one address; kill -USR2 ${process.pid} starts one after the other again`]] as [
          string,
          string,
        ][])
      : []),
    ['', 'npm start -- --help   Ctrl-C stops everything'],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`).join('\n');
}

/** The demo on one's own pictures, as it has to be typed for a server at this address. */
function demoCommand(server: string): string {
  const url = server === defaults.url ? '' : ` --url ${server}`;
  return `npm run demo -- path/to/pictures-or-video${url}`;
}
