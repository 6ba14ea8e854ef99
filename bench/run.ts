import { parseArgs } from 'node:util';
import { InputError } from './lib/input-error.ts';
import { printTable } from './lib/report.ts';
import type { Bench } from './lib/report.ts';

/** Loaded only when asked for: each brings its own heavy peers. */
const benches: Record<string, () => Promise<{ default: Bench }>> = {
  access: () => import('./access/bench.ts'),
  accuracy: () => import('./accuracy/bench.ts'),
  console: () => import('./console/bench.ts'),
  graphql: () => import('./graphql/bench.ts'),
  inference: () => import('./inference/bench.ts'),
  live: () => import('./live/bench.ts'),
  metering: () => import('./metering/bench.ts'),
  sdk: () => import('./sdk/bench.ts'),
};

const help = `npm run bench -- <name> [--json]

  access    what authentication, roles, row security and limits add to a query, with Redis and without
            [--quick]
  accuracy  how much of labelled pictures the sidecar finds: mAP as COCO defines it, per class, and recall
            [--model <name>] [--labels <COCO JSON>] [--images <folder>]   ours, or the labels' own folder, otherwise
  console   how soon the console is there and answers, also at 200 events a second, in a real browser
            [--only vitals,live] [--quick]
  graphql   the graph by itself and with the database behind it, against the least one can do and its peers
  inference  what the sidecar adds to running a network alone, how it bears overload, and its peers in Python
            [--only latency,pictures,throughput,health,tiny,batching,overload,tenants,peers]
            [--quick] [--profile <folder for .cpuprofile files>]
  live      delivery to a thousand subscribers, idle sockets, ingest and a large feed
            [--only fan-out,coalescing,two-processes,idle,ingest,steady,million,reads] [--quick]
  metering  what counting a call, its quota and its limits add to it, with Redis and without
            [--quick]
  sdk       what the SDK adds to a call that fetch makes by itself, and what it weighs in a page
            [--only overhead,sizes] [--quick]

Exits with 1 when a goal is missed. What the columns mean: bench/README.md.`;

const { values, positionals } = readArguments();
const [name = ''] = positionals;
const load = benches[name];
if (values.help || !load) {
  console.error(name && !load ? `There is no bench ${name}.\n\n${help}` : help);
  process.exit(values.help ? 0 : 1);
}

// Progress goes to stderr, so that --json stays JSON.
const { model, images, labels, only, quick, profile } = values;
const { default: bench } = await load();
const rows = await bench({ say: (text) => console.error(text), model, images, labels, only, quick, profile }).catch(
  refuse,
);
if (values.json) console.log(JSON.stringify({ name, rows }, null, 2));
else printTable(rows);
// Not process.exit: what was printed has to arrive first.
process.exitCode = rows.every(({ ok }) => ok !== false) ? 0 : 1;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        model: { type: 'string' },
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        profile: { type: 'string' },
        images: { type: 'string' },
        labels: { type: 'string' },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${help}`);
    return process.exit(1);
  }
}

/** What somebody can set right is explained; anything else is ours and keeps its stack. */
function refuse(error: unknown): never {
  if (!(error instanceof InputError)) throw error;
  console.error(`${error.message}\n\nnpm run bench -- ${name} --help`);
  return process.exit(1);
}
