import { BREAK, getNamedType, isAbstractType, isCompositeType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { DocumentNode, GraphQLOutputType, GraphQLSchema } from 'graphql';

/**
 * Whether compiled code may run a document: not if any type in it can be backed by a Prisma model. Pothos reads ahead
 * in the resolve info to join relations into one statement, and under graphql-jit it makes more statements than it should.
 */
export function createCompileRule(schema: GraphQLSchema) {
  function hasModel(output: GraphQLOutputType | null | undefined): boolean {
    const type = getNamedType(output);
    if (!isCompositeType(type)) return false;
    const possible = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
    return possible.some(({ extensions }) => extensions.pothosPrismaModel !== undefined);
  }

  return function canCompile(document: DocumentNode): boolean {
    const types = new TypeInfo(schema);
    let isSafe = true;
    const check = () => {
      isSafe &&= !hasModel(types.getType());
      return isSafe ? undefined : BREAK;
    };
    visit(document, visitWithTypeInfo(types, { Field: check, InlineFragment: check, FragmentDefinition: check }));
    return isSafe;
  };
}
