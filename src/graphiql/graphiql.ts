import type { GraphQLSchema } from 'graphql';
import { type StaticFile, staticFile } from '../http/static-file.ts';
import { createEditors } from './browser/editors.ts';
import { createFetcher } from './browser/fetcher.ts';
import { filePathsOf, requestBody } from './browser/files.ts';
import { createHistory } from './browser/history.ts';
import { createKeyField } from './browser/key-field.ts';
import { openPage, type PageParts, type PageSettings } from './browser/open-page.ts';
import { createPanels } from './browser/panels.ts';
import { chooseIds, fillPlaceholders, valueAt } from './browser/placeholders.ts';
import { subscribe } from './browser/subscribe.ts';
import { examples, lookup, placeholders } from './examples.ts';
import { filePathsIn } from './file-paths.ts';
import { PAGE_STYLE, pageHtml } from './page.ts';

export interface GraphiqlOptions {
  schema: GraphQLSchema;
  /** Name of the header that contains the API key. */
  apiKeyHeader: string;
}

/** Timeout of the query for example ids, in milliseconds. */
const LOOKUP_TIMEOUT = 5_000;

/** Query parameter that names a file of the page, so that its URLs do not depend on the path of the page. */
const FILE_PARAMETER = 'asset';

const ICON =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M8 1 15 8 8 15 1 8Z' fill='#f2788f'/></svg>";

/** Content security policy: scripts and styles of this origin only, images from any URL. The editor adds inline styles. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'font-src data:',
  'img-src * data: blob:',
  // In some browsers, 'self' does not include WebSockets.
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves GraphiQL with all its files, so that it works offline. Page and files are the same for all users: the browser queries
 * the ids for the examples with the credentials of its user. They are built on the first request and compressed once. Browsers
 * cache the files permanently, and revalidate the page on each request.
 */
export function createGraphiql(options: GraphiqlOptions): (request: Request) => Promise<Response> {
  let built: ReturnType<typeof buildFiles> | undefined;

  return async (request) => {
    built ??= buildFiles(options);
    const found = await built;
    if (!found) return notInstalled();
    const { page, files } = found;
    const name = new URL(request.url).searchParams.get(FILE_PARAMETER);
    const file = name === null ? page : files.get(name);
    return file?.serve(request) ?? new Response(`File "${name}" not found. Reload the page.\n`, { status: 404 });
  };
}

/** The page and its files; undefined if the renderer has been removed from the installation. */
async function buildFiles({ schema, apiKeyHeader }: GraphiqlOptions) {
  // 9 MB, loaded on the first request only.
  const bundle = await import('./renderer.ts').catch(ignoreMissing);
  if (!bundle) return undefined;
  const files = new Map<string, StaticFile>();
  const add = (name: string, type: string, text: string) => {
    const file = staticFile(text, {
      'content-type': `text/${type}; charset=utf-8`,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    const fileName = `${name}-${file.hash}`;
    files.set(fileName, file);
    return `?${FILE_PARAMETER}=${fileName}`;
  };

  const workers = {
    editorWorkerService: add('editor', 'javascript', bundle.editorWorkerService),
    json: add('json', 'javascript', bundle.jsonWorker),
    graphql: add('graphql', 'javascript', bundle.graphqlWorker),
  };
  const style = add('style', 'css', `${bundle.css}\n${PAGE_STYLE}`);
  const settings: PageSettings = {
    examples,
    placeholders,
    lookup,
    lookupTimeout: LOOKUP_TIMEOUT,
    apiKeyHeader,
    filePaths: filePathsIn(schema),
  };
  const script = add(
    'script',
    'javascript',
    `self.MonacoEnvironment = { globalAPI: true, getWorkerUrl: (_, label) => (${JSON.stringify(workers)})[label] };
${bundle.js};
{
  // Some compilers wrap functions in calls to this helper.
  const __name = (value) => value;
  (${openPage})(${JSON.stringify(settings)}, { ${parts} });
}`,
  );
  const icon = `data:image/svg+xml,${encodeURIComponent(ICON)}`;
  const page = staticFile(pageHtml({ icon, style, script }), {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    vary: 'accept',
  });
  return { page, files };
}

const PARTS: PageParts = {
  chooseIds,
  createEditors,
  createFetcher,
  createHistory,
  createKeyField,
  createPanels,
  filePathsOf,
  fillPlaceholders,
  requestBody,
  subscribe,
  valueAt,
};

/** The source text of {@link PARTS}. */
const parts = Object.entries(PARTS)
  .map(([name, part]) => `${name}: ${part}`)
  .join(',\n');

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
}

const notInstalled = (): Response =>
  new Response(
    'GraphiQL has been removed from this installation. Install the package again, or set GRAPHIQL=false.\n',
    {
      status: 501,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    },
  );

/** True if a request is for the page or one of its files, not for a GraphQL response. */
export function wantsPage({ method, url, headers }: Request): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  return (headers.get('accept') ?? '').includes('text/html') || new URL(url).searchParams.has(FILE_PARAMETER);
}
