import type { CodegenConfig } from '@graphql-codegen/cli';
import type { CodegenPlugin } from '@graphql-codegen/plugin-helpers';
import { cacheFacts } from './packaging/codegen/cache-facts.ts';
import { typedStrings } from './packaging/codegen/typed-strings.ts';
import { scalars } from './src/client/codegen.ts';

const OWN_PLUGINS: Readonly<Record<string, CodegenPlugin>> = {
  './packaging/codegen/typed-strings.ts': typedStrings,
  './packaging/codegen/cache-facts.ts': cacheFacts,
};

/** Loads a plugin by one of the names that it may have: codegen puts its own prefix before the given one. */
const loadPlugin = async (name: string): Promise<CodegenPlugin> => {
  const own = Object.entries(OWN_PLUGINS).find(([path]) => name.endsWith(path));
  return own?.[1] ?? import(name);
};

/** Types of operations, from the schema that clients get: those of tests, of Studio and of the client library. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  pluginLoader: loadPlugin,
  generates: {
    'test/support/gql/': {
      // Other clients have tags of their own, and so may the packages of the servers that the bench compares.
      documents: ['test/**/*.ts', '!test/support/gql/**', '!test/client{,s}/**', '!test/bench/peers/**'],
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
    'src/studio/graph/documents.gen.ts': {
      documents: 'src/studio/graph/operations.graphql',
      plugins: ['typescript-operations', './packaging/codegen/typed-strings.ts'],
      config: { useTypeImports: true, enumType: 'string-literal', enumsAsTypes: true, strictScalars: true, scalars },
    },
    'src/client/documents.gen.ts': {
      documents: 'src/client/operations.graphql',
      plugins: ['typescript-operations', './packaging/codegen/typed-strings.ts'],
      config: { useTypeImports: true, enumType: 'string-literal', enumsAsTypes: true, strictScalars: true, scalars },
    },
    'src/client/cache/facts.gen.ts': { plugins: ['./packaging/codegen/cache-facts.ts'] },
  },
};

export default config;
