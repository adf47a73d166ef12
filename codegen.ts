import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types for the operations that tests send, from the schema that clients get. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  // Other clients have tags of their own, and so may the packages of the servers that the bench compares.
  documents: ['test/**/*.ts', '!test/support/gql/**', '!test/clients/**', '!test/bench/peers/**'],
  generates: {
    'test/support/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        importExtension: '.ts',
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { DateTime: 'string', URL: 'string', SafeInt: 'number', File: 'File | string' },
      },
    },
  },
};

export default config;
