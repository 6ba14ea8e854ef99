import { Kind, print, stripIgnoredCharacters, visit } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';

/** What the code generator gives a plugin of every `.graphql` file. */
export type DocumentFile = { document?: DocumentNode };

export type OperationText = {
  name: string;
  kind: OperationDefinitionNode['operation'];
  /** What a client sends: the operation with the fragments it uses, and no character more. */
  text: string;
};

/** Every operation of the files, by name. */
export function operationTexts(files: readonly DocumentFile[]): OperationText[] {
  const definitions = files.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = new Map(
    definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION).map((node) => [node.name.value, node]),
  );
  return definitions
    .filter((node) => node.kind === Kind.OPERATION_DEFINITION)
    .map((node) => ({ name: nameOf(node), kind: node.operation, text: textOf(node, fragments) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function textOf(operation: OperationDefinitionNode, fragments: Map<string, FragmentDefinitionNode>): string {
  return stripIgnoredCharacters([operation, ...usedFragments(operation, fragments)].map(print).join('\n'));
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
