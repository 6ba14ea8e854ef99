import { Kind, print, stripIgnoredCharacters, validate, visit } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { UserMistake } from '../user-mistake.ts';
import { placeOf } from './find-documents.ts';
import { createTypeTexts } from './type-texts.ts';

type Definition = FragmentDefinitionNode | OperationDefinitionNode;

/** A module with every operation as a text that carries its types. Throws UserMistake with everything the graph does not have. */
export function writeDocuments(
  schema: GraphQLSchema,
  documents: readonly DocumentNode[],
): { text: string; names: string[] } {
  const definitions = documents.flatMap((document) => document.definitions) as Definition[];
  const whole: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  const errors = validate(schema, whole);
  if (errors.length > 0) throw new UserMistake(errors.map(placeOf).join('\n'));
  const fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const operations = definitions
    .filter((each) => each.kind === Kind.OPERATION_DEFINITION)
    .sort((a, b) => ((a.name?.value ?? '') < (b.name?.value ?? '') ? -1 : 1));
  const types = createTypeTexts(schema, fragments);
  const texts = operations.map((operation) => {
    const name = operation.name?.value;
    if (!name) throw new UserMistake('Every operation needs a name: its document and types are called after it.');
    const type = name + operation.operation.replace(/^./, (letter) => letter.toUpperCase());
    return [
      `export type ${type} = ${types.resultOf(operation)};`,
      `export type ${type}Variables = ${types.variablesOf(operation)};`,
      `export const ${name}Document =\n  ${JSON.stringify(textOf(operation, fragments))} as TypedDocument<${type}, ${type}Variables>;`,
    ].join('\n');
  });
  const head = '// Written by `sightline gen`: change the .graphql files, and write it again.';
  const text = [head, "import type { TypedDocument } from '@sightline/core';", ...types.declarations(), ...texts];
  return { text: `${text.join('\n\n')}\n`, names: operations.map(({ name }) => name?.value ?? '') };
}

/** What is sent: the operation with the fragments it uses, and no character more. */
function textOf(operation: OperationDefinitionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): string {
  const used = new Map<string, FragmentDefinitionNode>();
  const collect = (node: Definition): void =>
    void visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(name.value)) return;
        used.set(name.value, fragment);
        collect(fragment);
      },
    });
  collect(operation);
  const sorted = [...used.values()].sort((a, b) => (a.name.value < b.name.value ? -1 : 1));
  return stripIgnoredCharacters([operation, ...sorted].map(print).join('\n'));
}
