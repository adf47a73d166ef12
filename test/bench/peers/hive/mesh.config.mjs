// Generates a supergraph from the upstream's contract.
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadOpenAPISubgraph('flair', {
        source: fileURLToPath(new URL('../../../../schema/flair.openapi.yaml', import.meta.url)),
        endpoint: '{env.UPSTREAM_URL}',
        ignoreErrorResponses: true,
        operationHeaders: { 'x-api-key': '{context.headers["x-api-key"]}' },
      }),
    },
  ],
});
