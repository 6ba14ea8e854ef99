import type { Bench } from '../lib/report.ts';
import { benchList } from './bench-list.ts';

/** What the graph costs: by itself, and with the database behind it. */
const bench: Bench = async ({ say }) => [...(await benchList(say))];

export default bench;
