import { Kind, print, stripIgnoredCharacters, visit } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** What the code generator gives a plugin of every `.graphql` file. */
type DocumentFile = { document?: DocumentNode };
type Output = { prepend: string[]; content: string };

/**
 * Writes every operation as a plain string that carries its types: no graphql-js at run time, nothing to parse, and an
 * operation that is not used falls out of the bundle.
 */
export function plugin(_schema: GraphQLSchema, files: DocumentFile[]): Output {
  const definitions = files.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = new Map(
    definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION).map((node) => [node.name.value, node]),
  );
  const operations = definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return {
    prepend: [
      "import type { TypedDocument } from '../transport/document.ts';",
      "import type * as Types from './types.ts';",
    ],
    content: operations.map((operation) => constantOf(operation, fragments)).join('\n\n'),
  };
}

function constantOf(operation: OperationDefinitionNode, fragments: Map<string, FragmentDefinitionNode>): string {
  const name = nameOf(operation);
  const kind = `${operation.operation[0]?.toUpperCase()}${operation.operation.slice(1)}`;
  const nodes = [operation, ...usedFragments(operation, fragments)];
  const text = stripIgnoredCharacters(nodes.map(print).join('\n')).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const types = `TypedDocument<Types.${name}${kind}, Types.${name}${kind}Variables>`;
  return `export const ${name}Document =\n  '${text}' as ${types};`;
}

/** Fragments an operation spreads, also through other fragments, in a stable order. */
function usedFragments(root: OperationDefinitionNode, fragments: Map<string, FragmentDefinitionNode>) {
  const used = new Map<string, FragmentDefinitionNode>();
  const collect = (node: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(name.value)) return;
        used.set(name.value, fragment);
        collect(fragment);
      },
    });
  collect(root);
  return [...used.values()].sort((a, b) => a.name.value.localeCompare(b.name.value));
}

function nameOf(operation: OperationDefinitionNode): string {
  if (!operation.name) throw new Error('Every operation needs a name: its document and types are called after it.');
  return operation.name.value;
}
