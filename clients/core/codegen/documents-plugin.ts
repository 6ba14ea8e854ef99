import type { GraphQLSchema } from 'graphql';
import { operationTexts } from './operation-texts.ts';
import type { DocumentFile, OperationText } from './operation-texts.ts';

type Output = { prepend: string[]; content: string };

/**
 * Writes every operation as a plain string that carries its types: no graphql-js at run time, nothing to parse, and an
 * operation that is not used falls out of the bundle.
 */
export function plugin(_schema: GraphQLSchema, files: DocumentFile[]): Output {
  return {
    prepend: [
      "import type { TypedDocument } from '../transport/document.ts';",
      "import type * as Types from './types.ts';",
    ],
    content: operationTexts(files).map(constantOf).join('\n\n'),
  };
}

function constantOf({ name, kind, text }: OperationText): string {
  const suffix = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const types = `TypedDocument<Types.${name}${suffix}, Types.${name}${suffix}Variables>`;
  return `export const ${name}Document =\n  '${escaped}' as ${types};`;
}
