import type { CodegenConfig } from '@graphql-codegen/cli';
import { scalars } from 'flair-graphql-gateway/codegen';

/** Typed operations: `graphql('query …')` returns a document with the types of its data and variables. */
const config: CodegenConfig = {
  schema: process.env.SCHEMA ?? 'http://localhost:4000/schema.graphql',
  documents: ['src/**/*.{ts,tsx}'],
  generates: {
    './src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // Documents are strings, for fetch and TanStack Query. Leave it out for Apollo and urql.
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        // A scalar without a type is an error here, instead of `unknown` in the application.
        strictScalars: true,
        scalars: { ...scalars },
      },
    },
  },
};

export default config;
