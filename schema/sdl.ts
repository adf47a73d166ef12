import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './index.ts';

/** The schema in the schema definition language, with every description, in alphabetical order. */
export const printSdl = (): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
