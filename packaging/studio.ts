import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig, mergeConfig, type Rolldown } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Builds `src/studio/` into `dist/studio/`: the page, and its files in a folder that is also in their URLs. */
const studioConfig: InlineConfig = {
  configFile: false,
  root: path('../src/studio'),
  // URLs relative to the page, because the gateway may serve it below a base path.
  base: './',
  plugins: [react()],
  // The parser of urql, which is a fraction of the size.
  resolve: { alias: { graphql: '@0no-co/graphql.web' } },
  logLevel: 'warn',
  build: {
    outDir: path('../dist/studio'),
    emptyOutDir: false,
    assetsDir: 'studio',
    // The content security policy allows no data: URLs in styles and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    // On a busy machine, the build would report that it is slow.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
};

/**
 * Builds the page for production, as far as Vite and React are concerned: they would include checks for development where
 * NODE_ENV is `test`.
 */
export async function buildPage(changes: InlineConfig = {}) {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    return await build(mergeConfig(studioConfig, changes));
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/** Builds Studio. @returns Its files, what they were built from, both relative to the root, and the licenses of its fonts. */
export async function buildStudio(root: string) {
  const { output } = (await buildPage()) as Rolldown.RolldownOutput;
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const fonts = join(root, 'src/studio/fonts');
  const licenses = readdirSync(fonts).filter((file) => file.endsWith('.txt'));
  return {
    outputs: output.map(({ fileName }) => `dist/studio/${fileName}`),
    inputs: modules.filter((id) => id.startsWith(root)).map((id) => id.slice(root.length)),
    fontLicenses: licenses
      .map(
        (file) =>
          `\n${'-'.repeat(80)}\n${file.slice(0, -4)} (font)\n\n${readFileSync(join(fonts, file), 'utf8').trim()}\n`,
      )
      .join(''),
  };
}
