import { parseArgs } from 'node:util';
import { printTable } from './lib/report.ts';
import type { Bench } from './lib/report.ts';

/** Loaded only when asked for: each brings its own heavy peers. */
const benches: Record<string, () => Promise<{ default: Bench }>> = {
  graphql: () => import('./graphql/bench.ts'),
  predict: () => import('./predict/bench.ts'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, model: { type: 'string' }, picture: { type: 'string' } },
});
const [name = ''] = positionals;
const load = benches[name];
if (!load) {
  console.error(`Say which one: npm run bench -- <${Object.keys(benches).join(' | ')}> [--json]`);
  process.exit(1);
}

// Progress goes to stderr, so that --json stays JSON.
const rows = await (
  await load()
).default({ say: (text) => console.error(text), model: values.model, picture: values.picture });
if (values.json) console.log(JSON.stringify({ name, rows }, null, 2));
else printTable(rows);
// Not process.exit: what was printed has to arrive first.
process.exitCode = rows.every(({ ok }) => ok !== false) ? 0 : 1;
