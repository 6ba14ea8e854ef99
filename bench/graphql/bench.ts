import type { Bench } from '../lib/report.ts';
import { benchList } from './bench-list.ts';
import { benchPage } from './bench-page.ts';

/** What the graph costs: by itself, and with the database behind it. */
const bench: Bench = async ({ say }) => [...(await benchList(say)), ...(await benchPage(say))];

export default bench;
