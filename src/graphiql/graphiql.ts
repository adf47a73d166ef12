import { chooseIds, fillPlaceholders, openPage, type PageSettings } from './browser.ts';
import { examples, lookup, placeholders } from './examples.ts';
import { type StaticFile, staticFile } from './files.ts';

/** Timeout of the query for example ids, in milliseconds. */
const LOOKUP_TIMEOUT = 2_000;

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

/** Removes transforms that GraphiQL leaves on its tabs: they move a pressed tab away from the click. */
const STYLE = '.graphiql-tab { transform: none !important }';

/**
 * Serves GraphiQL with all its files, so that it works offline. Page and files are the same for all users: the browser queries
 * the ids for the examples with the credentials of its user. They are built on the first request and compressed once. Browsers
 * cache the files permanently, and revalidate the page on each request.
 */
export function createGraphiql(): (request: Request) => Promise<Response> {
  let built: ReturnType<typeof buildFiles> | undefined;

  return async (request) => {
    built ??= buildFiles();
    const { page, files } = await built;
    const name = new URL(request.url).searchParams.get(FILE_PARAMETER);
    const file = name === null ? page : files.get(name);
    return file?.serve(request) ?? new Response(`File "${name}" not found. Reload the page.\n`, { status: 404 });
  };
}

async function buildFiles() {
  // 9 MB, loaded on the first request only.
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
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
  const style = add('style', 'css', `${bundle.css}\n${STYLE}`);
  const settings: PageSettings = { examples, placeholders, lookup, lookupTimeout: LOOKUP_TIMEOUT };
  const script = add(
    'script',
    'javascript',
    `self.MonacoEnvironment = { globalAPI: true, getWorkerUrl: (_, label) => (${JSON.stringify(workers)})[label] };
${bundle.js};
{
  // Some compilers wrap functions in calls to this helper.
  const __name = (value) => value;
  (${openPage})(${JSON.stringify(settings)}, { chooseIds: ${chooseIds}, fillPlaceholders: ${fillPlaceholders} });
}`,
  );
  const page = staticFile(
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Flair gateway</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
    <link rel="stylesheet" href="${style}">
    <script defer src="${script}"></script>
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript.</noscript>
    <div id="root"></div>
  </body>
</html>
`,
    {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept',
    },
  );
  return { page, files };
}

/** True if a request is for the page or one of its files, not for a GraphQL response. */
export function wantsPage({ method, url, headers }: Request): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  return (headers.get('accept') ?? '').includes('text/html') || new URL(url).searchParams.has(FILE_PARAMETER);
}
