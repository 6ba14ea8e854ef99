import { after, before, test } from 'node:test';
import { compile } from './compile.ts';
import { packPackages } from './pack.ts';
import type { PackedPackages } from './pack.ts';

// Strict projects that have the packages as packed, and one library each: what should compile does, and what should not does not.

let packed: PackedPackages;
before(async () => {
  packed = await packPackages(['clients/core', 'clients/web']);
});
after(async () => packed?.[Symbol.asyncDispose]());

const strictest = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  module: 'preserve',
  moduleResolution: 'bundler',
};

const documents = `
import type { TypedDocumentNode } from '@apollo/client';
import { parse } from 'graphql';
export type Team = { teams: { edges: { node: { id: string; name: string } }[] } };
export const teams = parse('query Teams($first: Int) { teams(first: $first) { edges { node { id name } } } }') as TypedDocumentNode<Team, { first?: number }>;
`;

const projects: Record<string, { others: string[]; files: Record<string, string> }> = {
  'Apollo Client': {
    others: ['@apollo/client', 'graphql', 'rxjs', 'react', '@types/react'],
    files: {
      'documents.ts': documents,
      'page.ts': `
import { ApolloClient, InMemoryCache } from '@apollo/client';
import { SightlineError } from '@sightline/core';
import { WebClient } from '@sightline/web';
import { createSightlineLink } from '@sightline/web/apollo';
import { teams } from './documents.js';

const client = new ApolloClient({ cache: new InMemoryCache(), link: createSightlineLink(new WebClient({ baseUrl: 'http://127.0.0.1:1' })) });
export async function names(): Promise<string[]> {
  const { data } = await client.query({ query: teams, variables: { first: 5 } });
  // @ts-expect-error there is no such variable
  await client.query({ query: teams, variables: { last: 5 } });
  // @ts-expect-error there is no such field
  data?.teams.edges[0]?.node.nickname;
  return data?.teams.edges.map(({ node }) => node.name.toUpperCase()) ?? [];
}
export const codeOf = (error: unknown): string | null => (error instanceof SightlineError ? error.code : null);
// @ts-expect-error a link needs a client
createSightlineLink({});
`,
    },
  },
  urql: {
    others: ['@urql/core', 'graphql', 'wonka', 'react', '@types/react', '@apollo/client', 'rxjs'],
    files: {
      'documents.ts': documents,
      'page.ts': `
import { Client, cacheExchange } from '@urql/core';
import { WebClient } from '@sightline/web';
import { sightlineErrorOf, sightlineExchange } from '@sightline/web/urql';
import { teams } from './documents.js';

const web = new WebClient({ baseUrl: 'http://127.0.0.1:1' });
const client = new Client({ url: 'http://127.0.0.1:1/graphql', exchanges: [cacheExchange, sightlineExchange(web)], preferGetMethod: false });
export async function names(): Promise<string[] | string> {
  const { data, error } = await client.query(teams, { first: 5 });
  // @ts-expect-error there is no such variable
  await client.query(teams, { last: 5 });
  const refused: string | undefined = sightlineErrorOf(error)?.code;
  return refused ?? data?.teams.edges.map(({ node }) => node.name.toUpperCase()) ?? [];
}
// @ts-expect-error an exchange needs a client
sightlineExchange();
`,
    },
  },
  'TanStack Query and React': {
    others: ['@tanstack/react-query', 'react', '@types/react'],
    files: {
      'page.ts': `
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import type { ReactElement } from 'react';
import { createSources } from '@sightline/core';
import type { SightlineError } from '@sightline/core';
import { WebClient } from '@sightline/web';
import { SightlineProvider, useEvents, usePages, useResource } from '@sightline/web/react';

const open = () => new WebClient({ baseUrl: 'http://127.0.0.1:1' }).with({ sources: createSources });
type Opened = ReturnType<typeof open>;

export function Sources(): ReactElement {
  const one = useResource(['source', 'id'], (client: Opened, signal) => client.sources.get('id', { signal }));
  const name: string | undefined = one.data?.name;
  const code: SightlineError['code'] | undefined = one.error?.code;
  const all = usePages(['sources'], (client: Opened) => client.sources.list());
  const { items } = useEvents({ after: '0' });
  // @ts-expect-error there is no such field
  one.data?.nickname;
  // @ts-expect-error there is no such method
  useResource(['x'], (client: Opened) => client.sources.all());
  return createElement('p', null, name, code, String(all.hasNextPage), JSON.stringify(items));
}
export const App = (): ReactElement =>
  createElement(QueryClientProvider, { client: new QueryClient() }, createElement(SightlineProvider<Opened>, { client: open(), children: createElement(Sources) }));
`,
    },
  },
};

for (const [name, { others, files }] of Object.entries(projects))
  test(`strict TypeScript with ${name}`, async () => {
    await compile(await packed.project({ ours: ['@sightline/web'], others, from: 'clients/web' }), files, strictest);
  });

test('strict TypeScript without any of them, our declarations checked as well', async () => {
  const project = await packed.project({ ours: ['@sightline/web'] });
  const page = `
import { Client } from '@sightline/core';
import { WebClient } from '@sightline/web';
export const all: Client = new Client({ baseUrl: 'http://127.0.0.1:1' });
export const web: WebClient = new WebClient({ baseUrl: 'http://127.0.0.1:1' });
// @ts-expect-error there is no such option
new WebClient({ baseURL: 'http://127.0.0.1:1' });
`;
  await compile(project, { 'page.ts': page }, { ...strictest, skipLibCheck: false });
  await compile(project, { 'page.ts': page }, { skipLibCheck: false });
});
