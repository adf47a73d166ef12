import { build, type Metafile } from 'esbuild';

/** The entries of the client library, relative to `src`. */
export const CLIENT_ENTRIES: readonly string[] = [
  'client/index.ts',
  'client/react/index.ts',
  'client/apollo.ts',
  'client/urql.ts',
  'client/relay.ts',
  'client/codegen.ts',
];

/** Packages that apps bring along: optional peer dependencies, each for one entry. */
const PEERS = ['react', 'graphql', '@apollo/client', '@urql/exchange-graphcache'];

/**
 * Builds the client library into `dist/client`, for browsers, workers and Node.js. Entries share chunks, so that each
 * class exists once. Identifiers keep their names; apps minify.
 *
 * @param minify Minifies, as apps do.
 */
export async function buildClient(
  root: string,
  options: { entries?: readonly string[]; minify?: boolean; outdir?: string } = {},
): Promise<Metafile> {
  const { entries = CLIENT_ENTRIES, minify = false, outdir = 'dist/client' } = options;
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => `src/${entry}`),
    outbase: 'src/client',
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'neutral',
    target: 'es2022',
    format: 'esm',
    external: PEERS,
    minify,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    metafile: true,
  });
  return metafile;
}
