/**
 * Builds `dist/`: both programs, the Node API, the client library, Studio, type declarations and the licenses of bundled
 * packages.
 *
 * Packages in `dependencies` and `optionalDependencies` of package.json are imported at run time; all others are bundled
 * (docs/decisions/0049).
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildClient, CLIENT_ENTRIES } from './client.ts';
import { writeDeclarations } from './declarations.ts';
import { licensesOf } from './licenses.ts';
import { buildStudio } from './studio.ts';
import { UNUSED } from './unused-packages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifest: { dependencies: object; optionalDependencies: object } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

/** Bundled CommonJS packages use these names, which ES modules do not have. */
const COMMONJS_NAMES = `
import { createRequire as __createRequire } from 'node:module';
import { dirname as __dirnameOf } from 'node:path';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __dirnameOf(__filename);
`.trim();

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts', 'src/sandbox/main.ts', 'src/index.ts'],
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Unused parts of ES modules are omitted; of CommonJS, such as that of graphql, nothing is (docs/decisions/0060).
  mainFields: ['module', 'main'],
  external: [...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies), ...UNUSED],
  banner: { js: COMMONJS_NAMES },
  legalComments: 'none',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  metafile: true,
});

const client = await buildClient(root);
const studio = await buildStudio(root);

writeFileSync(
  join(dist, 'THIRD-PARTY-LICENSES.txt'),
  licensesOf(root, [...Object.keys(metafile.inputs), ...studio.inputs]) + studio.fontLicenses,
);
const declarations = ['index.ts', ...CLIENT_ENTRIES].flatMap((entry) =>
  writeDeclarations(join(root, 'src'), dist, entry),
);

// Chunks of earlier builds would be published too. They are removed last, because a running program may still load them.
const written = new Set([
  ...Object.keys({ ...metafile.outputs, ...client.outputs }),
  'dist/THIRD-PARTY-LICENSES.txt',
  ...declarations,
  ...studio.outputs,
]);
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/');
  if (entry.isFile() && !written.has(file)) rmSync(join(root, file));
}
