import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type StaticFile, staticFile } from './static-file.ts';

/** The path of Studio, below the base path. */
export const STUDIO = '/studio';

/** What the page must know of its gateway. Sent in a `<meta>` element of the page. */
export interface StudioSettings {
  /** Header of the API key. */
  readonly apiKeyHeader: string;
  /** True if the upstream is the embedded sandbox, where nothing costs money. */
  readonly isSandbox: boolean;
}

export interface StudioOptions extends StudioSettings {
  /** The configured URL of the gateway, which image and upload URLs begin with. */
  readonly publicUrl: string | undefined;
  /** Folder of the built files. @default `dist/studio` of this package */
  readonly folder?: string;
}

/** Text in the built page that is replaced with the settings. */
const SETTINGS_PLACEHOLDER = '%STUDIO_SETTINGS%';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * Serves Studio, a page for models, trainings and predictions that uses only the graph. Its files are read on the first
 * request and compressed once. Browsers cache all files permanently, and revalidate the page on each request.
 *
 * @returns Responds to a GET or HEAD request. Its second parameter is the path below the base path.
 */
export function createStudio(options: StudioOptions): (request: Request, path: string) => Promise<Response> {
  let built: ReturnType<typeof readFiles> | undefined;

  return async (request, path) => {
    built ??= readFiles(options);
    if (!built) return notInstalled();
    const { page, files } = built;
    if (path === STUDIO) return await page.serve(request);
    const file = files.get(path.slice(STUDIO.length + 1));
    if (file) return await file.serve(request);
    // A page in the path /studio/ would look for its files in a folder of it.
    if (path === `${STUDIO}/`) return new Response(null, { status: 308, headers: { location: `..${STUDIO}` } });
    return new Response('There is no such file of Studio. Reload the page.\n', { status: 404 });
  };
}

/** True if a path, below the base path, is of Studio. */
export const isStudio = (path: string): boolean => path === STUDIO || path.startsWith(`${STUDIO}/`);

/** The page and its files by name; undefined if they have not been built or were removed. */
function readFiles({ folder = builtFolder(), apiKeyHeader, isSandbox, publicUrl }: StudioOptions) {
  const files = new Map<string, StaticFile>();
  let html: string;
  try {
    html = readFileSync(join(folder, 'index.html'), 'utf8');
    for (const name of readdirSync(join(folder, 'studio'))) {
      const headers = {
        'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
      };
      files.set(name, staticFile(readFileSync(join(folder, 'studio', name)), headers));
    }
  } catch {
    return undefined;
  }
  const settings: StudioSettings = { apiKeyHeader, isSandbox };
  const page = staticFile(
    html.replace(SETTINGS_PLACEHOLDER, () => escapeAttribute(JSON.stringify(settings))),
    {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy(publicUrl),
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  );
  return { page, files };
}

/** Content security policy: files of this origin only, without inline scripts and styles; images and data of the gateway. */
function contentSecurityPolicy(publicUrl: string | undefined): string {
  const origins = ["'self'", ...(publicUrl ? [new URL(publicUrl).origin] : [])].join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    `img-src ${origins} data: blob:`,
    // In some browsers, 'self' does not include WebSockets.
    `connect-src ${origins} ws: wss:`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const escapeAttribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** `dist/studio` of the package that contains this module, in its sources or in its build. */
const builtFolder = (): string =>
  join(
    fileURLToPath(import.meta.url).replace(/[\\/](?:dist|src)[\\/](?!.*[\\/](?:dist|src)[\\/]).*$/, ''),
    'dist/studio',
  );

const notInstalled = (): Response =>
  new Response(
    'Studio has not been built, or has been removed from this installation. In a checkout, run: npm run build. Otherwise install the package again, or set STUDIO=false.\n',
    { status: 501, headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } },
  );
