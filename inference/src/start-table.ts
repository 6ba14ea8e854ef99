import { join, relative } from 'node:path';
import { labelsOf } from './models/model-config.ts';
import type { Sidecar } from './sidecar.ts';

/** What a person who started the sidecar alone wants to know: where it is, what it sees, and a line to try. */
export function startTable({ url, version, model }: Sidecar, localToken: string | null): string {
  const ready = model();
  if (!ready) return '';
  const { name, config, directory } = ready;
  const rows: [string, string][] = [
    ['Predict', `POST ${url}/predict`],
    ['Docs', `${url}/docs`],
    ['Health', `${url}/health/ready`],
    ['Model', `${name} (${labelsOf(config).length} labels), ${config.licence}`],
    ...(localToken === null ? [] : [['Local token', localToken] satisfies [string, string]]),
  ];
  const picture = relative('.', join(directory, ('selfTest' in config ? config.selfTest?.picture : undefined) ?? 'picture.jpg'));
  const curl = `curl -H 'authorization: Bearer ${localToken}' -H 'content-type: image/*' --data-binary @'${picture}' ${url}/predict`;
  const table = rows.map(([title, value]) => `  ${title.padEnd(12)} ${value}`).join('\n');
  return `\nSightline inference ${version}\n\n${table}\n\nTry it:\n  ${curl}\n\n`;
}
