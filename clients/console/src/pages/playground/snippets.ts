export type Asked = {
  inferenceUrl: string;
  /** The server, which the TypeScript client is of. */
  baseUrl: string;
  /** Null for the default one. */
  model: string | null;
  /** 0 to 1; null for the model's own. */
  threshold: number | null;
  contentType: string;
};

/** What is asked, as a command for a shell. */
export function curlOf({ inferenceUrl, model, threshold, contentType }: Asked): string {
  const path = `/predict${model === null ? '' : `/${encodeURIComponent(model)}`}`;
  const query = threshold === null ? '' : `?threshold=${threshold}`;
  return [
    `curl '${inferenceUrl}${path}${query}'`,
    `  -H "authorization: Bearer $SIGHTLINE_API_KEY"`,
    `  -H 'content-type: ${contentType}'`,
    `  --data-binary @picture.${endingOf(contentType)}`,
  ].join(' \\\n');
}

/** What is asked, as a program for Node. */
export function typescriptOf({ inferenceUrl, baseUrl, model, threshold, contentType }: Asked): string {
  const given = [
    ...(model === null ? [] : [`model: ${JSON.stringify(model)}`]),
    ...(threshold === null ? [] : [`threshold: ${threshold}`]),
  ];
  const options = given.length > 0 ? `, { ${given.join(', ')} }` : '';
  return `import { openAsBlob } from 'node:fs';
import { Client } from '@sightline/core';

const client = new Client({
  baseUrl: '${baseUrl}',
  inferenceUrl: '${inferenceUrl}',
  apiKey: process.env.SIGHTLINE_API_KEY,
});
const picture = await openAsBlob('picture.${endingOf(contentType)}');
console.log(await client.predict(picture${options}));`;
}

const endings: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/tiff': 'tif' };

const endingOf = (contentType: string): string => endings[contentType] ?? contentType.split('/').at(-1) ?? 'jpg';
