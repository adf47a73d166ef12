import { choose, fillIn, openPage, type PageSettings } from './browser.ts';
import { blanks, examples, lookup } from './examples.ts';
import { type StaticFile, staticFile } from './files.ts';

/** How long the page waits for ids to fill into its examples, in milliseconds. */
const PATIENCE = 2_000;

/** Names of the page's files in its query string, so that they are found wherever the page itself is. */
const FILE = 'asset';

const ICON =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M8 1 15 8 8 15 1 8Z' fill='#f2788f'/></svg>";

/** Scripts and styles from here alone; pictures from wherever image addresses lead. The editor writes its own styles. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'font-src data:',
  'img-src * data: blob:',
  // Some browsers do not take 'self' to mean WebSockets as well.
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GraphiQL leaves offsets on its tabs that take effect when one is pressed: it jumps away and the click misses it. */
const STYLE = '.graphiql-tab { transform: none !important }';

/**
 * The page on which people explore the graph, with all that it needs, so that it works without the internet. Page and
 * files are the same for everybody: what the examples are about is looked up by the browser, as its user. They are made
 * on first use and compressed once; browsers keep the files for good, and ask each time whether the page has changed.
 */
export function createGraphiql(): (request: Request) => Promise<Response> {
  let made: ReturnType<typeof makeFiles> | undefined;

  return async (request) => {
    made ??= makeFiles();
    const { page, files } = await made;
    const name = new URL(request.url).searchParams.get(FILE);
    const file = name === null ? page : files.get(name);
    return file?.serve(request) ?? new Response(`There is no file "${name}". Reload the page.\n`, { status: 404 });
  };
}

async function makeFiles() {
  // 9 MB, which only those pay for who open the page.
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const files = new Map<string, StaticFile>();
  const add = (name: string, type: string, text: string) => {
    const file = staticFile(text, {
      'content-type': `text/${type}; charset=utf-8`,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    const address = `${name}-${file.hash}`;
    files.set(address, file);
    return `?${FILE}=${address}`;
  };

  const workers = {
    editorWorkerService: add('editor', 'javascript', bundle.editorWorkerService),
    json: add('json', 'javascript', bundle.jsonWorker),
    graphql: add('graphql', 'javascript', bundle.graphqlWorker),
  };
  const style = add('style', 'css', `${bundle.css}\n${STYLE}`);
  const settings: PageSettings = { examples, blanks, lookup, patience: PATIENCE };
  const script = add(
    'script',
    'javascript',
    `self.MonacoEnvironment = { globalAPI: true, getWorkerUrl: (_, label) => (${JSON.stringify(workers)})[label] };
${bundle.js};
{
  // Some compilers wrap functions in calls of this.
  const __name = (value) => value;
  (${openPage})(${JSON.stringify(settings)}, { choose: ${choose}, fillIn: ${fillIn} });
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
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept',
    },
  );
  return { page, files };
}

/** Whether a request is a browser's that wants the page, or one of its files, rather than an answer of the graph. */
export function wantsPage({ method, url, headers }: Request): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  return (headers.get('accept') ?? '').includes('text/html') || new URL(url).searchParams.has(FILE);
}
