import { InputError } from '../lib/input-error.ts';
import type { Bench, Row } from '../lib/report.ts';
import { sections } from './sections.ts';

/** The feed from its insert to its readers, one section after the other. */
const bench: Bench = async ({ say, only, quick = false }) => {
  const names = only?.split(',').map((name) => name.trim()) ?? Object.keys(sections);
  const unknown = names.find((name) => !(name in sections));
  if (unknown !== undefined) throw new InputError(`There is no section ${unknown} of live.`);
  const rows: Row[] = [];
  for (const name of names) {
    const { default: section } = await sections[name]!();
    rows.push(...(await section({ say: (text) => say(`${name}: ${text}`), quick })));
  }
  return rows;
};

export default bench;
