import openapiTS, { astToString } from 'openapi-typescript';
import type { OpenAPI3 } from 'openapi-typescript';

const head = '// What the inference sidecar takes and answers, written by `npm run generate` from openapi.json.\n';

/** Types of the routes and shapes of an OpenAPI document, given as text. */
export async function restTypes(document: string): Promise<string> {
  const nodes = await openapiTS(JSON.parse(document) as OpenAPI3, { immutable: true, alphabetize: true });
  return `${head}${astToString(nodes)}`;
}
