/** One thing that may not know of another. Paths are relative to the root, with `/`; `package:name` is a dependency. */
export type Direction = {
  from: RegExp;
  except?: RegExp;
  to: RegExp;
  /** A type has no effect when the program runs: the value comes from whoever composes. */
  typesAllowed?: boolean;
  /** The way out. */
  message: string;
};

// Earlier ones know nothing of later ones.
const domains = [
  'identity',
  'billing',
  'artifacts',
  'sources',
  'guards',
  'sessions',
  'events',
  'media',
  'search',
  'agents',
];
const composers = /^server\/src\/(app|main|worker|cli\/[a-z-]+)\.ts$/;
const test = /\.test\.ts$/;

const order: Direction[] = domains.slice(0, -1).map((domain, index) => ({
  from: new RegExp(`^server/src/domain/${domain}/`),
  except: test,
  to: new RegExp(`^server/src/domain/(${domains.slice(index + 1).join('|')})/`),
  typesAllowed: true,
  message: `${domain} comes before it (${domains.join(' → ')}). Write a signal to the outbox and let the later one listen, or add the field from its side.`,
}));

export const directions: readonly Direction[] = [
  {
    from: /^server\/src\//,
    except: composers,
    to: /^server\/src\/(app|main|worker)\.ts$/,
    message: 'Nothing imports the composition root. Name what you need in Deps and let app.ts pass it in.',
  },
  {
    from: /^server\/src\/(?!http\/)/,
    except: composers,
    to: /^server\/src\/http\//,
    message:
      'Imports point downward, and http/ is at the top. Move what both need down, to errors/, ports.ts or the domain.',
  },
  {
    from: /^server\/src\/(?!jobs\/)/,
    except: composers,
    to: /^server\/src\/jobs\//,
    message: 'Imports point downward, and jobs/ is at the top. Write a signal to the outbox; a job listens for it.',
  },
  {
    from: /^server\/src\/domain\/(?!.*\.graphql\.ts$)/,
    except: test,
    to: /^server\/src\/graphql\/|\.graphql\.ts$|^package:(graphql($|-)|@pothos\/|@graphql-)/,
    message:
      'Only *.graphql.ts files know that GraphQL exists. Do this in the resolver and pass plain values to the service.',
  },
  {
    from: /^server\/src\/domain\//,
    except: test,
    to: /^server\/src\/infra\/|^package:(fastify|ioredis|ws|pg-boss|bullmq|onnxruntime-node|aws4fetch|sharp)$/,
    message:
      'The domain does not know its adapters. Add what you need to ports.ts, implement it in infra/, pass it in from app.ts.',
  },
  {
    from: /^server\/src\/(?!infra\/)/,
    except: new RegExp(`${composers.source}|${test.source}`),
    to: /^server\/src\/infra\//,
    message: 'Only app.ts names an adapter. Ask for the port of ports.ts in Deps.',
  },
  ...order,
  {
    from: /^inference\//,
    except: test,
    to: /^(prisma|server|clients|deploy|bench|test)\//,
    message:
      'The sidecar runs alone and imports nothing of ours. What both must agree on belongs into its OpenAPI document or the wire.',
  },
  {
    from: /^clients\//,
    except: test,
    to: /^(prisma|server|inference|deploy|bench|test)\//,
    message: 'Clients see schema.graphql and the OpenAPI document, nothing else. Generate what you need from those.',
  },
  {
    from: /^clients\/core\/src\//,
    to: /^(clients\/(web|desktop|cli)\/|package:(node:.*|ws)$)/,
    message: 'The core runs in pages, too: nothing of Node, and nothing that is built on it. Take it as an option.',
  },
  {
    from: /^clients\/console\/src\//,
    to: /^(clients\/(desktop|cli)\/|package:(node:.*|ws)$)/,
    message: 'The console is a page like any other: @sightline/web, @sightline/core and libraries for pages.',
  },
  {
    from: /^clients\/(core|web|desktop|cli)\/src\//,
    to: /^clients\/console\//,
    message: 'Nobody builds on the console. What others need as well belongs into @sightline/web.',
  },
  {
    from: /^clients\/web\/src\//,
    to: /^(clients\/(desktop|cli)\/|package:(node:.*|ws)$)/,
    message: 'This runs in pages: only @sightline/core, and the libraries of an entry in that entry.',
  },
  {
    from: /^clients\/desktop\/src\//,
    to: /^clients\/(web|cli)\//,
    message: 'Desktop programs have no page and no command line. What both need belongs into @sightline/core.',
  },
  {
    from: /^clients\/cli\/src\//,
    to: /^clients\/web\//,
    message: 'The command line has no page. What both need belongs into @sightline/core.',
  },
  {
    from: /^prisma\//,
    except: test,
    to: /^(server|inference|clients|deploy|bench|test)\//,
    message: 'The database package is at the bottom. Take what you need as an argument.',
  },
  {
    from: /^server\//,
    except: test,
    to: /^(inference|clients|deploy|bench|test)\//,
    message: 'The server knows the sidecar by its wire only, and no client at all. Put the shared shape into ports.ts.',
  },
  {
    from: /^deploy\//,
    except: test,
    to: /^(server|inference|bench|test)\//,
    message: 'The launcher starts processes; it is not part of them. Talk to them over HTTP, or start their main.ts.',
  },
];
