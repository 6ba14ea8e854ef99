import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './schema.ts';

// Sorted, so that moving a file moves no line.
process.stdout.write(`${printSchema(lexicographicSortSchema(schema))}\n`);
