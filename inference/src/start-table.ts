import { join, relative } from 'node:path';
import type { Config } from './config.ts';
import { labelsOf } from './models/model-config.ts';
import type { Sidecar } from './sidecar.ts';

type Named = Pick<Config, 'modelsDirectory' | 'localToken'>;

/** What a person who started the sidecar alone wants to know: where it is, what it sees, and a line to try. */
export function startTable({ url, version, model }: Sidecar, { modelsDirectory, localToken }: Named): string {
  const ready = model();
  if (!ready) return '';
  const { name, config } = ready;
  const rows: [string, string][] = [
    ['Predict', `POST ${url}/predict`],
    ['Docs', `${url}/docs`],
    ['Health', `${url}/health/ready`],
    ['Model', `${name} (${labelsOf(config).length} labels), ${config.licence}`],
    ...(localToken === null ? [] : [['Local token', localToken] satisfies [string, string]]),
  ];
  const picture = relative(
    '.',
    join(modelsDirectory, name, ('selfTest' in config ? config.selfTest?.picture : undefined) ?? 'picture.jpg'),
  );
  const curl = `curl -H 'authorization: Bearer ${localToken}' -H 'content-type: image/*' --data-binary @'${picture}' ${url}/predict`;
  const table = rows.map(([title, value]) => `  ${title.padEnd(12)} ${value}`).join('\n');
  return `\nSightline inference ${version}\n\n${table}\n\nTry it:\n  ${curl}\n\n`;
}
